// Tells all that a version of the official Go SDK can. Prints what it sent, as JSON: the id of the
// error, and the kinds of data besides. Each version is a module of its own with what only it can.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/getsentry/sentry-go"
)

const patience = 10 * time.Second

func reserveStock() error {
	return errors.New("no stock left")
}

func captureWithAttachment(ctx context.Context) string {
	hub := sentry.GetHubFromContext(ctx)
	var id *sentry.EventID
	hub.WithScope(func(scope *sentry.Scope) {
		scope.SetUser(sentry.User{ID: "7", Email: "gopher@example.com"})
		scope.SetTag("checkout.step", "payment")
		scope.AddAttachment(&sentry.Attachment{Filename: "cart.txt", Payload: []byte("SKU-7 twice")})
		hub.AddBreadcrumb(&sentry.Breadcrumb{
			Category: "cart", Message: "added SKU-7 to the cart", Level: sentry.LevelInfo,
		}, nil)
		id = hub.CaptureException(reserveStock())
	})
	return string(*id)
}

func checkIn(name string) {
	schedule := sentry.CrontabSchedule("0 * * * *")
	monitor := &sentry.MonitorConfig{Schedule: schedule, Timezone: "Europe/Vienna"}
	slug := "hourly-go-" + name
	began := &sentry.CheckIn{MonitorSlug: slug, Status: sentry.CheckInStatusInProgress}
	id := sentry.CaptureCheckIn(began, monitor)
	sentry.Flush(patience)
	sentry.CaptureCheckIn(&sentry.CheckIn{
		ID: *id, MonitorSlug: slug, Status: sentry.CheckInStatusOK, Duration: 1500 * time.Millisecond,
	}, nil)
}

func main() {
	name := os.Args[1]
	options := sentry.ClientOptions{
		Dsn:              os.Getenv("SENTRY_DSN"),
		Release:          fmt.Sprintf("go-%s@1.0.0", name),
		Environment:      "staging",
		AttachStacktrace: true,
		EnableTracing:    true,
		TracesSampleRate: 1,
	}
	if err := sentry.Init(options); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx := sentry.SetHubOnContext(context.Background(), sentry.CurrentHub().Clone())
	transaction := sentry.StartTransaction(ctx, "place order", sentry.WithOpName("task"))
	span := transaction.StartChild("db", sentry.WithDescription("SELECT 1"))
	captured := captureWithAttachment(span.Context())
	span.Finish()
	transaction.Finish()
	checkIn(name)
	sent := append([]string{"attachment", "transaction", "span", "checkIn"}, tellMore()...)
	if !sentry.Flush(patience) {
		fmt.Fprintln(os.Stderr, "not everything was delivered")
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"error": captured, "sent": sent})
}
