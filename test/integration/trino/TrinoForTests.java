import static io.trino.spi.type.VarcharType.VARCHAR;
import static io.trino.testing.TestingSession.testSessionBuilder;

import io.airlift.slice.Slice;
import io.airlift.slice.Slices;
import io.trino.Session;
import io.trino.plugin.memory.MemoryPlugin;
import io.trino.spi.Plugin;
import io.trino.spi.block.Block;
import io.trino.spi.block.BlockBuilder;
import io.trino.spi.function.LiteralParameters;
import io.trino.spi.function.ScalarFunction;
import io.trino.spi.function.SqlType;
import io.trino.testing.DistributedQueryRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** One Trino node with the memory connector as catalog `awsdatacatalog`; prints its address and lives until its input ends. */
public class TrinoForTests {
    /** `read_lines(path)`: the lines of a local file, to fill tables with. Our queries do not use it. */
    @ScalarFunction(value = "read_lines", deterministic = false)
    @LiteralParameters("x")
    @SqlType("array(varchar)")
    public static Block readLines(@SqlType("varchar(x)") Slice path) throws IOException {
        var lines = Files.readAllLines(Path.of(path.toStringUtf8()));
        BlockBuilder builder = VARCHAR.createBlockBuilder(null, lines.size());
        for (String line : lines) VARCHAR.writeSlice(builder, Slices.utf8Slice(line));
        return builder.build();
    }

    /** Argument: what the memory connector may hold, such as `4GB`. */
    public static void main(String[] args) throws Exception {
        Session session = testSessionBuilder().setCatalog("awsdatacatalog").setSchema("default").build();
        DistributedQueryRunner runner = DistributedQueryRunner.builder(session).setNodeCount(1)
            .setCoordinatorProperties(Map.of(
                "http-server.http.port", "0",
                "memory.heap-headroom-per-node", Runtime.getRuntime().maxMemory() / 8 + "B",
                "query.max-memory-per-node", Runtime.getRuntime().maxMemory() / 2 + "B")).build();
        runner.installPlugin(new MemoryPlugin());
        runner.installPlugin(new Plugin() {
            @Override
            public Set<Class<?>> getFunctions() {
                return Set.of(TrinoForTests.class);
            }
        });
        runner.createCatalog("awsdatacatalog", "memory", Map.of("memory.max-data-per-node", args[0]));
        System.out.println("READY " + runner.getCoordinator().getBaseUrl());
        while (System.in.read() >= 0) { }
        System.exit(0);
    }
}
