package render_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

func TestHistory(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 5, 0, 0, time.UTC)
	const id = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"
	for name, entries := range map[string][]stack.Entry{
		"none": nil,
		"one":  {{Number: 1, At: at, By: "ann@laptop", PlanID: id, Summary: "7 to create"}},
		"some": { // as they may come: the newest is not the first
			{Number: 9, At: at, By: "ann@laptop", PlanID: id, Summary: "1 to update"},
			{Number: 11, At: at.Add(57 * time.Hour), By: "deploy@runner-7f9c4d-project-118-concurrent-0", PlanID: id, Summary: "2 to create, 3 to update, 1 to scale, 1 to delete", URL: "https://ci.example.com/shop/deploy/-/jobs/4711"},
			{Number: 10, At: at.Add(33 * time.Hour), By: "deploy@ci", PlanID: id[7:], Summary: "1 to run"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, "history-"+name, func(b *bytes.Buffer, s render.Style) {
				if err := render.History(b, entries, s); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

func TestLock(t *testing.T) {
	since := time.Date(2026, 11, 24, 18, 2, 11, 0, time.UTC)
	for name, l := range map[string]stack.Lock{
		"held":    {ID: "4711", Holder: "ann@laptop", Command: "apply", Since: since, Beat: 3},
		"ci":      {ID: "4711", Holder: "deploy@runner-7f9c4d", Command: "rollback", Since: since, URL: "https://ci.example.com/shop/deploy/-/jobs/4711"},
		"free":    {},
		"damaged": {ID: "4711"}, // labels that somebody has removed
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, "lock-"+name, func(b *bytes.Buffer, s render.Style) {
				if err := render.Lock(b, "shop", l, s); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}
