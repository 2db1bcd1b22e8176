package newsmill.launcher;

import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** Starts one Elasticsearch node from es.path.home with settings given as -Ename=value arguments. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        Path home = Path.of(System.getProperty("es.path.home")).toAbsolutePath();
        Settings.Builder settings = Settings.builder().put("path.home", home.toString());
        for (String arg : args) {
            int eq = arg.indexOf('=');
            if (arg.startsWith("-E") == false || eq < 3) {
                throw new IllegalArgumentException("expected -Ename=value, got: " + arg);
            }
            settings.put(arg.substring(2, eq), arg.substring(eq + 1));
        }

        LogConfigurator.registerErrorListener();
        Environment env = InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), home.resolve("config"), () -> "node-1");
        LogConfigurator.setNodeName(Node.NODE_NAME_SETTING.get(env.settings()));
        LogConfigurator.configure(env, true);

        try {
            start(env);
        } catch (Throwable t) {
            LogManager.getLogger(Main.class).error("failed to start", t);
            System.exit(1);
        }
        // the node's own threads are daemons: keep the process alive until it is signalled
        Thread.currentThread().join();
    }

    private static void start(Environment env) throws Exception {
        PluginsLoader plugins = PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(env.modulesDir()), Set.of(), Map.of(), false);
        Node node = new Node(env, plugins);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.prepareForClose();
                node.close();
                node.awaitClose(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                LogManager.getLogger(Main.class).error("failed to stop cleanly", e);
            }
        }, "shutdown"));
        node.start();
        int port = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress().getPort();
        announce(System.getProperty("newsmill.port.file"), port);
        if (Boolean.getBoolean("newsmill.train")) {
            train(port);
            System.exit(0);
        }
    }

    /** Writes the HTTP port to the file, whole or not at all: with http.port=0 nobody else knows it. */
    private static void announce(String file, int port) throws Exception {
        if (file == null) {
            return;
        }
        Path whole = Path.of(file);
        Path part = Path.of(file + ".new");
        Files.writeString(part, port + "\n");
        Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A few requests, so that the classes behind them get into the class-data archive that run.sh has made at exit. */
    private static void train(int port) throws Exception {
        String doc = "{\"title\":\"搜尋引擎 search\",\"lang\":\"zh\",\"at\":\"2026-01-01T00:00:00Z\"}";
        call(port, "PUT", "/train", "{\"settings\":{\"number_of_replicas\":0},\"mappings\":{\"properties\":{"
            + "\"title\":{\"type\":\"text\",\"analyzer\":\"cjk\"},\"lang\":{\"type\":\"keyword\"},\"at\":{\"type\":\"date\"}}}}");
        call(port, "POST", "/train/_bulk?refresh=true", "{\"index\":{\"_id\":\"1\"}}\n" + doc + "\n{\"index\":{\"_id\":\"2\"}}\n" + doc + "\n");
        call(port, "POST", "/train/_search", "{\"query\":{\"bool\":{\"must\":{\"match\":{\"title\":\"搜尋\"}},\"filter\":{\"range\":{\"at\":{\"gte\":\"2025-01-01\"}}}}},"
            + "\"highlight\":{\"fields\":{\"title\":{}}},\"aggs\":{\"l\":{\"terms\":{\"field\":\"lang\"}}},\"sort\":[{\"at\":\"desc\"}]}");
        call(port, "GET", "/_cluster/health", null);
    }

    private static void call(int port, String method, String path, String body) throws Exception {
        HttpURLConnection c = (HttpURLConnection) URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        c.setRequestMethod(method);
        c.setRequestProperty("Content-Type", "application/json");
        if (body != null) {
            c.setDoOutput(true);
            c.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        if (c.getResponseCode() != 200) {
            throw new IllegalStateException(method + " " + path + ": " + c.getResponseCode());
        }
        c.getInputStream().readAllBytes();
    }
}
