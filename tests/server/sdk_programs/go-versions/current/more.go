package main

import (
	"context"

	"github.com/getsentry/sentry-go"
)

func tellMore() []string {
	ctx := context.Background()
	sentry.NewLogger(ctx).Info().String("currency", "EUR").Emit("priced the order")
	sentry.NewMeter(ctx).Count("orders.priced", 2)
	return []string{"log", "metric"}
}
