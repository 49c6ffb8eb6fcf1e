# Tells an error by the Ruby SDK that came before today's, which sends to the older endpoint; prints the
# id of the error, as JSON.
require "json"
require "sentry_raven_without_integrations"

Raven.configure do |config|
  config.dsn = ENV.fetch("SENTRY_DSN").sub("@", ":secret@")
  config.release = "raven-ruby@1.0.0"
  config.current_environment = "staging"
  config.silence_ready = true
end

class OutOfStock < StandardError; end

def reserve_stock
  raise OutOfStock, "no stock left"
end

Raven.breadcrumbs.record do |crumb|
  crumb.category = "cart"
  crumb.message = "added SKU-7 to the cart"
end
Raven.user_context(id: "7", email: "gem@example.com")
Raven.tags_context("checkout.step": "payment")
begin
  reserve_stock
rescue OutOfStock => error
  puts JSON.generate({ error: Raven.capture_exception(error).id, sent: [] })
end
