// Raises and captures one real error through the official Go SDK, as an application would.
package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/getsentry/sentry-go"
)

type inventoryError struct{ sku string }

func (e *inventoryError) Error() string { return "no stock left for " + e.sku }

func reserveStock(sku string) error {
	return &inventoryError{sku: sku}
}

func placeOrder(sku string) error {
	if err := reserveStock(sku); err != nil {
		return fmt.Errorf("order refused: %w", err)
	}
	return errors.New("unreachable")
}

func checkout(sku string) *sentry.EventID {
	return sentry.CaptureException(placeOrder(sku))
}

func main() {
	err := sentry.Init(sentry.ClientOptions{
		Dsn:              os.Getenv("SENTRY_DSN"),
		Release:          "shop-go@1.4.0",
		Environment:      "staging",
		AttachStacktrace: true,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sentry.ConfigureScope(func(scope *sentry.Scope) {
		scope.SetUser(sentry.User{ID: "41", Email: "gopher@example.com", Username: "gopher"})
		scope.SetTag("checkout.step", "payment")
	})
	sentry.AddBreadcrumb(&sentry.Breadcrumb{
		Category: "cart", Message: "added SKU-7 to the cart", Level: sentry.LevelInfo,
	})
	eventID := checkout("SKU-7")
	if eventID == nil || !sentry.Flush(10*time.Second) {
		fmt.Fprintln(os.Stderr, "the event was not delivered")
		os.Exit(1)
	}
	fmt.Println(*eventID)
}
