import io.trino.Session;
import io.trino.plugin.memory.MemoryPlugin;
import io.trino.testing.DistributedQueryRunner;
import static io.trino.testing.TestingSession.testSessionBuilder;
import java.util.Map;

/** One Trino node with the memory connector as catalog `awsdatacatalog`; prints its address and lives until its input ends. */
public class TrinoForTests {
    public static void main(String[] args) throws Exception {
        Session session = testSessionBuilder().setCatalog("awsdatacatalog").setSchema("default").build();
        DistributedQueryRunner runner = DistributedQueryRunner.builder(session).setNodeCount(1)
            .setCoordinatorProperties(Map.of("http-server.http.port", args.length > 0 ? args[0] : "0")).build();
        runner.installPlugin(new MemoryPlugin());
        runner.createCatalog("awsdatacatalog", "memory", Map.of("memory.max-data-per-node", "4GB"));
        System.out.println("READY " + runner.getCoordinator().getBaseUrl());
        while (System.in.read() >= 0) { }
        System.exit(0);
    }
}
