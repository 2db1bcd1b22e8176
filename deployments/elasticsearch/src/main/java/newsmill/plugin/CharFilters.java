package newsmill.plugin;

import java.io.Reader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** html_strip, mapping, pattern_replace. */
final class CharFilters {
    private static final Pattern RULE = Pattern.compile("(.*)\\s*=>\\s*(.*)\\s*$");

    private CharFilters() {}

    static Map<String, AnalysisProvider<CharFilterFactory>> all() {
        Map<String, AnalysisProvider<CharFilterFactory>> m = new HashMap<>();
        m.put("html_strip", (index, env, name, s) -> {
            Set<String> kept = new HashSet<>(s.getAsList("escaped_tags"));
            return plain(name, in -> kept.isEmpty() ? new HTMLStripCharFilter(in) : new HTMLStripCharFilter(in, kept));
        });
        m.put("mapping", needsSettings((index, env, name, s) -> {
            NormalizeCharMap map = mapping(env, s);
            return normalizing(name, in -> new MappingCharFilter(map, in));
        }));
        m.put("pattern_replace", needsSettings((index, env, name, s) -> {
            Pattern pattern = Pattern.compile(required(s, "pattern", name));
            String replacement = s.get("replacement", "");
            return normalizing(name, in -> new PatternReplaceCharFilter(pattern, replacement, in));
        }));
        return m;
    }

    private static NormalizeCharMap mapping(Environment env, Settings s) {
        List<String> rules = Analysis.getWordList(env, s, "mappings");
        if (rules == null) {
            throw new IllegalArgumentException("mapping requires either `mappings` or `mappings_path` to be configured");
        }
        NormalizeCharMap.Builder b = new NormalizeCharMap.Builder();
        for (String rule : rules) {
            Matcher m = RULE.matcher(rule);
            if (m.find() == false) {
                throw new IllegalArgumentException("Invalid Mapping Rule : [" + rule + "]");
            }
            b.add(m.group(1).trim(), m.group(2).trim());
        }
        return b.build();
    }

    static String required(Settings s, String key, String name) {
        String v = s.get(key);
        if (v == null) {
            throw new IllegalArgumentException("[" + key + "] is missing for [" + name + "]");
        }
        return v;
    }

    static <T> AnalysisProvider<T> needsSettings(AnalysisProvider<T> p) {
        return org.elasticsearch.plugins.AnalysisPlugin.requiresAnalysisSettings(p);
    }

    private static CharFilterFactory plain(String name, UnaryOperator<Reader> f) {
        return new CharFilterFactory() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Reader create(Reader in) {
                return f.apply(in);
            }
        };
    }

    private static CharFilterFactory normalizing(String name, UnaryOperator<Reader> f) {
        return new NormalizingCharFilterFactory() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Reader create(Reader in) {
                return f.apply(in);
            }
        };
    }
}
