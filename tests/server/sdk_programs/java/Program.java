import io.sentry.Attachment;
import io.sentry.CheckIn;
import io.sentry.CheckInStatus;
import io.sentry.ISpan;
import io.sentry.ITransaction;
import io.sentry.MonitorConfig;
import io.sentry.MonitorSchedule;
import io.sentry.Sentry;
import io.sentry.protocol.SentryId;
import io.sentry.protocol.User;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells all that this major version of the official Java SDK can: `java Program 8`. Prints what it sent,
 * as JSON: the id of the error, and the kinds of data besides.
 */
public final class Program {
    private static void reserveStock() {
        throw new IllegalStateException("no stock left");
    }

    private static SentryId captureWithAttachment() {
        SentryId[] id = new SentryId[1];
        Sentry.addBreadcrumb("added SKU-7 to the cart", "cart");
        Sentry.withScope(
                scope -> {
                    User user = new User();
                    user.setId("7");
                    user.setEmail("bean@example.com");
                    scope.setUser(user);
                    scope.setTag("checkout.step", "payment");
                    byte[] cart = "SKU-7 twice".getBytes(StandardCharsets.UTF_8);
                    scope.addAttachment(new Attachment(cart, "cart.txt"));
                    try {
                        reserveStock();
                    } catch (IllegalStateException error) {
                        id[0] = Sentry.captureException(error);
                    }
                });
        return id[0];
    }

    public static void main(String[] arguments) {
        String major = arguments[0];
        Sentry.init(
                options -> {
                    options.setDsn(System.getenv("SENTRY_DSN"));
                    options.setRelease("java-" + major + "@1.0.0");
                    options.setEnvironment("staging");
                    options.setTracesSampleRate(1.0);
                    options.setEnableAutoSessionTracking(false);
                    Extra.prepare(options);
                });
        List<String> sent = new ArrayList<>(Extra.KINDS);
        sent.addAll(List.of("attachment", "transaction", "span", "session", "checkIn", "feedback"));

        Sentry.startSession();
        ITransaction transaction = Sentry.startTransaction("place order", "task");
        Sentry.configureScope(scope -> scope.setTransaction(transaction));
        ISpan span = transaction.startChild("db", "SELECT 1");
        SentryId error = captureWithAttachment();
        span.finish();
        transaction.finish();
        Sentry.endSession();

        CheckIn begun = new CheckIn("hourly-java-" + major, CheckInStatus.IN_PROGRESS);
        MonitorConfig config = new MonitorConfig(MonitorSchedule.crontab("0 * * * *"));
        config.setTimezone("Europe/Vienna");
        begun.setMonitorConfig(config);
        SentryId checkIn = Sentry.captureCheckIn(begun);
        CheckIn ended = new CheckIn(checkIn, "hourly-java-" + major, CheckInStatus.OK);
        ended.setDuration(1.5);
        Sentry.captureCheckIn(ended);

        Extra.tell(error);
        Sentry.flush(10_000);
        Sentry.close();
        System.out.printf(
                "{\"error\": \"%s\", \"sent\": [\"%s\"]}%n", error, String.join("\", \"", sent));
    }
}
