package newsmill.plugin;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.analysis.cn.smart.SmartChineseAnalyzer;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.core.SimpleAnalyzer;
import org.apache.lucene.analysis.core.StopAnalyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.hi.HindiAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.th.ThaiAnalyzer;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.AnalyzerScope;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.index.analysis.Analysis;

/** The common analyzers (standard is in the server itself) and smartcn. */
final class Analyzers {
    private Analyzers() {}

    static Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> all() {
        Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> m = new HashMap<>();
        m.put("simple", (index, env, name, s) -> of(name, new SimpleAnalyzer()));
        m.put("whitespace", (index, env, name, s) -> of(name, new WhitespaceAnalyzer()));
        m.put("keyword", (index, env, name, s) -> of(name, new KeywordAnalyzer()));
        m.put("smartcn", (index, env, name, s) -> of(name, new SmartChineseAnalyzer(true)));
        language(m, "stop", EnglishAnalyzer.ENGLISH_STOP_WORDS_SET, StopAnalyzer::new);
        language(m, "cjk", CJKAnalyzer.getDefaultStopSet(), CJKAnalyzer::new);
        language(m, "arabic", ArabicAnalyzer.getDefaultStopSet(), ArabicAnalyzer::new);
        language(m, "english", EnglishAnalyzer.getDefaultStopSet(), EnglishAnalyzer::new);
        language(m, "french", FrenchAnalyzer.getDefaultStopSet(), FrenchAnalyzer::new);
        language(m, "german", GermanAnalyzer.getDefaultStopSet(), GermanAnalyzer::new);
        language(m, "hindi", HindiAnalyzer.getDefaultStopSet(), HindiAnalyzer::new);
        language(m, "italian", ItalianAnalyzer.getDefaultStopSet(), ItalianAnalyzer::new);
        language(m, "portuguese", PortugueseAnalyzer.getDefaultStopSet(), PortugueseAnalyzer::new);
        language(m, "russian", RussianAnalyzer.getDefaultStopSet(), RussianAnalyzer::new);
        language(m, "spanish", SpanishAnalyzer.getDefaultStopSet(), SpanishAnalyzer::new);
        language(m, "thai", ThaiAnalyzer.getDefaultStopSet(), ThaiAnalyzer::new);
        return m;
    }

    private static void language(
        Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> m,
        String type,
        CharArraySet stopwords,
        Function<CharArraySet, Analyzer> f
    ) {
        m.put(type, (index, env, name, s) -> of(name, f.apply(Analysis.parseStopWords(env, s, stopwords))));
    }

    private static AnalyzerProvider<Analyzer> of(String name, Analyzer analyzer) {
        return new AnalyzerProvider<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public AnalyzerScope scope() {
                return AnalyzerScope.INDEX;
            }

            @Override
            public Analyzer get() {
                return analyzer;
            }
        };
    }
}
