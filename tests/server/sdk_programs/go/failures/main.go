// Fails in several ways and reports each through the official Go SDK, for the corpus of recorded
// events. Run by tests.server.record_events with SENTRY_DSN in the environment.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/getsentry/sentry-go"
)

type inventoryError struct{ sku string }

func (e *inventoryError) Error() string { return "no stock left for " + e.sku }

type stock map[string]int

func (s stock) reserve(sku string) {
	if s[sku] == 0 {
		panic(&inventoryError{sku: sku})
	}
}

func wrapped() {
	err := error(&inventoryError{sku: "SKU-7"})
	sentry.CaptureException(fmt.Errorf("order 4711 of user 8a6f2c1e refused: %w", err))
}

func joined() {
	first, second := &inventoryError{sku: "SKU-7"}, &inventoryError{sku: "SKU-8"}
	sentry.CaptureException(errors.Join(first, second))
}

func inALibrary() {
	var order struct{ Sku int }
	sentry.CaptureException(json.Unmarshal([]byte(`{"sku": "x"}`), &order))
}

func recovered() {
	defer func() { sentry.CurrentHub().Recover(recover()) }()
	stock{}.reserve("SKU-7")
}

func outOfRange() {
	defer func() { sentry.CurrentHub().Recover(recover()) }()
	empty := []int{}
	fmt.Println(empty[len(os.Args)+3])
}

func inAClosure() {
	func() {
		func() { sentry.CaptureException(errors.New("closed at 10:30")) }()
	}()
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
	for _, fail := range []func(){wrapped, joined, inALibrary, recovered, outOfRange, inAClosure} {
		fail()
	}
	sentry.CaptureMessage("order 4711 was paid twice at 2026-01-20 10:30:00 from 10.0.0.7")
	if !sentry.Flush(10 * time.Second) {
		fmt.Fprintln(os.Stderr, "the events were not delivered")
		os.Exit(1)
	}
}
