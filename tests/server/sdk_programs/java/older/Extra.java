import io.sentry.Sentry;
import io.sentry.SentryOptions;
import io.sentry.UserFeedback;
import io.sentry.protocol.SentryId;
import java.util.List;

/** What versions before 8 tell. */
final class Extra {
    static final List<String> KINDS = List.of();

    static void prepare(SentryOptions options) {}

    static void tell(SentryId error) {
        UserFeedback feedback = new UserFeedback(error);
        feedback.setComments("it does not sell");
        feedback.setEmail("bean@example.com");
        Sentry.captureUserFeedback(feedback);
    }
}
