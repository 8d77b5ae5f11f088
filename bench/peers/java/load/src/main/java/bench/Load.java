package bench;

import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * Runs an engine on PostgreSQL and prints {"instances_per_s": number}.
 *
 * <p>Arguments: CLIENTS WARM_UP SECONDS URL. Each client is a thread that takes an instance from its start to its end,
 * each call returning after its commit, then begins anew; it does so for WARM_UP seconds before the clock starts.
 */
public final class Load {
    public static final String MODEL = "parallel-review.bpmn";
    public static final String PROCESS = "ParallelReview";
    public static final int AMOUNT = 500;

    private static final int CONNECTIONS = 16;

    private Load() {}

    /** {@code engine} makes of a data source what runs one instance. */
    public static void run(String[] arguments, Function<DataSource, Runnable> engine) throws Exception {
        int clients = Integer.parseInt(arguments[0]);
        double warmUp = Double.parseDouble(arguments[1]);
        double seconds = Double.parseDouble(arguments[2]);
        try (HikariDataSource source = new HikariDataSource()) {
            source.setJdbcUrl(arguments[3]);
            source.setMaximumPoolSize(CONNECTIONS);
            Runnable instance = engine.apply(source);
            rate(instance, clients, warmUp);
            System.out.printf(Locale.ROOT, "{\"instances_per_s\": %.1f}%n", rate(instance, clients, seconds));
        }
        System.exit(0); // the engines' own threads would keep it
    }

    private static double rate(Runnable instance, int clients, double seconds) throws Exception {
        LongAdder done = new LongAdder();
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        ExecutorService pool = Executors.newFixedThreadPool(clients);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                running.add(pool.submit(() -> {
                    while (System.nanoTime() < end) {
                        instance.run();
                        done.increment();
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }
        return done.sum() / ((System.nanoTime() - begin) / 1e9);
    }
}
