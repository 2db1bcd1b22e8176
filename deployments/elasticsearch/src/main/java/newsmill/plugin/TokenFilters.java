package newsmill.plugin;

import static newsmill.plugin.CharFilters.needsSettings;
import static newsmill.plugin.CharFilters.required;

import java.io.Reader;
import java.io.StringReader;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.cn.smart.SmartChineseAnalyzer;
import org.apache.lucene.analysis.core.DecimalDigitFilter;
import org.apache.lucene.analysis.core.FlattenGraphFilter;
import org.apache.lucene.analysis.core.UpperCaseFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.KeepWordFilter;
import org.apache.lucene.analysis.miscellaneous.KeywordRepeatFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.LimitTokenCountFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.SetKeywordMarkerFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.analysis.reverse.ReverseStringFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.SynonymFilter;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexService.IndexCreationContext;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** The common token filters (stop, shingle and hunspell are in the server itself) and smartcn_stop. */
final class TokenFilters {
    private TokenFilters() {}

    static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
        Map<String, AnalysisProvider<TokenFilterFactory>> m = new HashMap<>();

        // usable in normalizers too
        m.put("lowercase", (index, env, name, s) -> normalizing(name, LowerCaseFilter::new));
        m.put("uppercase", (index, env, name, s) -> normalizing(name, UpperCaseFilter::new));
        m.put("cjk_width", (index, env, name, s) -> normalizing(name, CJKWidthFilter::new));
        m.put("decimal_digit", (index, env, name, s) -> normalizing(name, DecimalDigitFilter::new));
        m.put("trim", (index, env, name, s) -> normalizing(name, TrimFilter::new));
        m.put("asciifolding", (index, env, name, s) -> {
            boolean keep = s.getAsBoolean("preserve_original", false);
            return new NormalizingFilter(name, in -> new ASCIIFoldingFilter(in, keep), in -> new ASCIIFoldingFilter(in, false));
        });
        m.put("pattern_replace", needsSettings((index, env, name, s) -> {
            Pattern pattern = Pattern.compile(required(s, "pattern", name));
            String replacement = s.get("replacement", "");
            boolean all = s.getAsBoolean("all", true);
            return normalizing(name, in -> new PatternReplaceFilter(in, pattern, replacement, all));
        }));

        m.put("cjk_bigram", (index, env, name, s) -> {
            int flags = 0xff;
            for (String script : s.getAsList("ignored_scripts")) {
                flags &= ~switch (script.toLowerCase(Locale.ROOT)) {
                    case "han" -> CJKBigramFilter.HAN;
                    case "hiragana" -> CJKBigramFilter.HIRAGANA;
                    case "katakana" -> CJKBigramFilter.KATAKANA;
                    case "hangul" -> CJKBigramFilter.HANGUL;
                    default -> throw new IllegalArgumentException("unknown script [" + script + "]");
                };
            }
            int scripts = flags;
            boolean unigrams = s.getAsBoolean("output_unigrams", false);
            return plain(name, in -> new CJKBigramFilter(in, scripts, unigrams));
        });
        m.put("length", (index, env, name, s) -> {
            int min = s.getAsInt("min", 0);
            int max = s.getAsInt("max", Integer.MAX_VALUE);
            return plain(name, in -> new LengthFilter(in, min, max));
        });
        m.put("limit", (index, env, name, s) -> {
            int max = s.getAsInt("max_token_count", 1);
            boolean consume = s.getAsBoolean("consume_all_tokens", false);
            return plain(name, in -> new LimitTokenCountFilter(in, max, consume));
        });
        m.put("truncate", (index, env, name, s) -> {
            int length = s.getAsInt("length", 10);
            return plain(name, in -> new TruncateTokenFilter(in, length));
        });
        m.put("reverse", (index, env, name, s) -> plain(name, ReverseStringFilter::new));
        m.put("remove_duplicates", (index, env, name, s) -> plain(name, RemoveDuplicatesTokenFilter::new));
        m.put("flatten_graph", (index, env, name, s) -> plain(name, FlattenGraphFilter::new));
        m.put("keyword_repeat", (index, env, name, s) -> plain(name, KeywordRepeatFilter::new));
        m.put("keyword_marker", needsSettings((index, env, name, s) -> {
            CharArraySet words = words(env, s, "keywords", s.getAsBoolean("ignore_case", false), name);
            return plain(name, in -> new SetKeywordMarkerFilter(in, words));
        }));
        m.put("keep", needsSettings((index, env, name, s) -> {
            CharArraySet words = words(env, s, "keep_words", s.getAsBoolean("keep_words_case", false), name);
            return plain(name, in -> new KeepWordFilter(in, words));
        }));
        m.put("ngram", (index, env, name, s) -> {
            int min = s.getAsInt("min_gram", 1);
            int max = s.getAsInt("max_gram", 2);
            Tokenizers.checkNgramDiff(index, min, max);
            boolean keep = s.getAsBoolean("preserve_original", false);
            return plain(name, in -> new NGramTokenFilter(in, min, max, keep));
        });
        m.put("edge_ngram", (index, env, name, s) -> {
            int min = s.getAsInt("min_gram", 1);
            int max = s.getAsInt("max_gram", 2);
            boolean keep = s.getAsBoolean("preserve_original", false);
            return plain(name, in -> new EdgeNGramTokenFilter(in, min, max, keep));
        });

        // stemmers: English in full, the other languages through Snowball
        m.put("porter_stem", (index, env, name, s) -> plain(name, PorterStemFilter::new));
        m.put("kstem", (index, env, name, s) -> plain(name, KStemFilter::new));
        m.put("snowball", (index, env, name, s) -> {
            String language = s.get("language", "English");
            return plain(name, in -> new SnowballFilter(in, language));
        });
        m.put("stemmer", (index, env, name, s) -> stemmer(name, s.get("language", s.get("name", "porter"))));

        m.put("smartcn_stop", (index, env, name, s) -> {
            CharArraySet words = Analysis.parseStopWords(env, s, SmartChineseAnalyzer.getDefaultStopSet(), false);
            return plain(name, in -> new StopFilter(in, words));
        });

        m.put("synonym", needsSettings((index, env, name, s) -> new Synonyms(name, env, s, false)));
        m.put("synonym_graph", needsSettings((index, env, name, s) -> new Synonyms(name, env, s, true)));
        return m;
    }

    private static TokenFilterFactory stemmer(String name, String language) {
        return switch (language.toLowerCase(Locale.ROOT)) {
            case "porter", "english" -> plain(name, PorterStemFilter::new);
            case "light_english", "kstem" -> plain(name, KStemFilter::new);
            case "possessive_english" -> plain(name, EnglishPossessiveFilter::new);
            default -> {
                String snowball = language.substring(0, 1).toUpperCase(Locale.ROOT) + language.substring(1).toLowerCase(Locale.ROOT);
                yield plain(name, in -> new SnowballFilter(in, snowball));
            }
        };
    }

    private static CharArraySet words(Environment env, Settings s, String prefix, boolean ignoreCase, String name) {
        List<String> words = Analysis.getWordList(env, s, prefix);
        if (words == null) {
            throw new IllegalArgumentException("[" + prefix + "] is missing for [" + name + "]");
        }
        return new CharArraySet(words, ignoreCase);
    }

    private static TokenFilterFactory plain(String name, UnaryOperator<TokenStream> f) {
        return new Filter(name, f);
    }

    private static TokenFilterFactory normalizing(String name, UnaryOperator<TokenStream> f) {
        return new NormalizingFilter(name, f, f);
    }

    private record Filter(String name, UnaryOperator<TokenStream> create) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream in) {
            return create.apply(in);
        }
    }

    private record NormalizingFilter(String name, UnaryOperator<TokenStream> create, UnaryOperator<TokenStream> normalize)
        implements NormalizingTokenFilterFactory {
        @Override
        public TokenStream create(TokenStream in) {
            return create.apply(in);
        }

        @Override
        public TokenStream normalize(TokenStream in) {
            return normalize.apply(in);
        }
    }

    /** Solr-format synonyms from `synonyms` or `synonyms_path`, parsed with the chain in front of the filter. */
    private static final class Synonyms implements TokenFilterFactory {
        private final String name;
        private final List<String> rules;
        private final boolean expand;
        private final boolean graph;

        Synonyms(String name, Environment env, Settings s, boolean graph) {
            this.name = name;
            this.graph = graph;
            this.expand = s.getAsBoolean("expand", true);
            if (s.get("synonyms_set") != null || s.get("format", "solr").equals("solr") == false) {
                throw new IllegalArgumentException("only solr-format `synonyms` and `synonyms_path` are supported here");
            }
            this.rules = Analysis.getWordList(env, s, "synonyms");
            if (rules == null) {
                throw new IllegalArgumentException("synonym requires either `synonyms` or `synonyms_path` to be configured");
            }
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public TokenStream create(TokenStream in) {
            throw new IllegalStateException("must be used through its chain-aware form");
        }

        @Override
        public TokenFilterFactory getChainAwareTokenFilterFactory(
            IndexCreationContext context,
            TokenizerFactory tokenizer,
            List<CharFilterFactory> charFilters,
            List<TokenFilterFactory> previous,
            Function<String, TokenFilterFactory> allFilters
        ) {
            SynonymMap map = parse(tokenizer, charFilters, previous);
            return plain(name, in -> map.fst == null ? in : graph ? new SynonymGraphFilter(in, map, false) : flat(in, map));
        }

        @SuppressWarnings("deprecation")
        private static TokenStream flat(TokenStream in, SynonymMap map) {
            return new SynonymFilter(in, map, false);
        }

        private SynonymMap parse(TokenizerFactory tokenizer, List<CharFilterFactory> charFilters, List<TokenFilterFactory> previous) {
            Analyzer chain = new Analyzer() {
                @Override
                protected TokenStreamComponents createComponents(String field) {
                    Tokenizer source = tokenizer.create();
                    TokenStream stream = source;
                    for (TokenFilterFactory f : previous) {
                        stream = f.getSynonymFilter().create(stream);
                    }
                    return new TokenStreamComponents(source, stream);
                }

                @Override
                protected Reader initReader(String field, Reader reader) {
                    for (CharFilterFactory f : charFilters) {
                        reader = f.create(reader);
                    }
                    return reader;
                }
            };
            try (chain) {
                SolrSynonymParser parser = new SolrSynonymParser(true, expand, chain);
                parser.parse(new StringReader(String.join("\n", rules)));
                return parser.build();
            } catch (Exception e) {
                throw new IllegalArgumentException("failed to build synonyms for [" + name + "]", e);
            }
        }
    }

}
