//! Tells all that a version of the official Rust SDK can: `sdk-program current`. Prints what it sent,
//! as JSON: the id of the error, and the kinds of data besides.

use std::{error, fmt};

#[derive(Debug)]
struct OutOfStock;

impl fmt::Display for OutOfStock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no stock left")
    }
}

impl error::Error for OutOfStock {}

macro_rules! program {
    ($module:ident, $kinds:expr, $prepare:expr, $tell:expr) => {
        mod $module {
            use super::OutOfStock;
            use $module as sentry;
            use std::time::Duration;

            use sentry::protocol::{Attachment, User};

            fn capture_with_attachment() -> String {
                sentry::add_breadcrumb(sentry::Breadcrumb {
                    category: Some("cart".into()),
                    message: Some("added SKU-7 to the cart".into()),
                    ..Default::default()
                });
                sentry::with_scope(
                    |scope| {
                        scope.set_user(Some(User {
                            id: Some("7".into()),
                            email: Some("rusty@example.com".into()),
                            ..Default::default()
                        }));
                        scope.set_tag("checkout.step", "payment");
                        scope.add_attachment(Attachment {
                            buffer: b"SKU-7 twice".to_vec().into(),
                            filename: "cart.txt".into(),
                            ..Default::default()
                        });
                    },
                    || sentry::capture_error(&OutOfStock).to_string(),
                )
            }

            pub fn run() {
                let mut options = sentry::ClientOptions::default();
                options.dsn = std::env::var("SENTRY_DSN").unwrap().parse().ok();
                options.release = Some(concat!("rust-", stringify!($module), "@1.0.0").into());
                options.environment = Some("staging".into());
                options.attach_stacktrace = true;
                let client = sentry::init($prepare(options));
                sentry::start_session();
                let context = sentry::TransactionContext::new("place order", "task");
                let transaction = sentry::start_transaction(context);
                sentry::configure_scope(|scope| scope.set_span(Some(transaction.clone().into())));
                let span = transaction.start_child("db", "SELECT 1");
                let error = capture_with_attachment();
                span.finish();
                transaction.finish();
                sentry::end_session();
                $tell();
                // What it answers is not the same in all versions; whether all arrived, the API says.
                client.close(Some(Duration::from_secs(10)));
                println!("{{\"error\": \"{error}\", \"sent\": {}}}", $kinds);
            }
        }
    };
}

program!(
    current,
    r#"["attachment", "transaction", "span", "session", "log"]"#,
    |options: sentry::ClientOptions| options.traces_sample_rate(1.0),
    || sentry::logger_info!(currency = "EUR", "priced the order")
);
program!(
    older,
    r#"["attachment", "transaction", "span", "session"]"#,
    |options: sentry::ClientOptions| sentry::ClientOptions { traces_sample_rate: 1.0, ..options },
    || {}
);

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("current") => current::run(),
        Some("older") => older::run(),
        _ => panic!("which version?"),
    }
}
