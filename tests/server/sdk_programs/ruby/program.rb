# Tells all that this version of the official Ruby SDK can; prints what it sent, as JSON: the id of the
# error, and the kinds of data besides.
require "json"
require "sentry-ruby"

MAJOR = Sentry::VERSION[/\d+/]

Sentry.init do |config|
  config.dsn = ENV.fetch("SENTRY_DSN")
  config.release = "ruby-#{MAJOR}@1.0.0"
  config.environment = "staging"
  config.traces_sample_rate = 1.0
  config.breadcrumbs_logger = []
  config.background_worker_threads = 0
end

class OutOfStock < StandardError; end

def reserve_stock
  raise OutOfStock, "no stock left"
end

def capture
  Sentry.add_breadcrumb(Sentry::Breadcrumb.new(category: "cart", message: "added SKU-7 to the cart"))
  Sentry.with_scope do |scope|
    scope.set_user(id: "7", email: "gem@example.com")
    scope.set_tags("checkout.step": "payment")
    reserve_stock
  rescue OutOfStock => error
    Sentry.capture_exception(error).event_id
  end
end

transaction = Sentry.start_transaction(name: "place order", op: "task")
Sentry.get_current_scope.set_span(transaction)
span = transaction.start_child(op: "db", description: "SELECT 1")
error = capture
span.finish
transaction.finish
puts JSON.generate({ error: error, sent: %w[transaction span] })
