import io.sentry.Sentry;
import io.sentry.SentryAttribute;
import io.sentry.SentryAttributes;
import io.sentry.SentryLogLevel;
import io.sentry.SentryOptions;
import io.sentry.logger.SentryLogParameters;
import io.sentry.protocol.Feedback;
import io.sentry.protocol.SentryId;
import java.util.List;

/** What version 8 tells. */
final class Extra {
    static final List<String> KINDS = List.of("log");

    static void prepare(SentryOptions options) {
        options.getLogs().setEnabled(true);
    }

    static void tell(SentryId error) {
        Feedback feedback = new Feedback("it does not sell");
        feedback.setContactEmail("bean@example.com");
        Sentry.captureFeedback(feedback);
        SentryAttributes attributes =
                SentryAttributes.of(SentryAttribute.stringAttribute("currency", "EUR"));
        Sentry.logger()
                .log(
                        SentryLogLevel.INFO,
                        SentryLogParameters.create(attributes),
                        "priced the order");
    }
}
