package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	swarmevents "github.com/docker/go-events"
	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/v2/daemon/server/httputils"
	"github.com/moby/moby/v2/daemon/server/swarmbackend"
	"github.com/moby/moby/v2/errdefs"
)

// remembered is how many events are kept for those who ask later
// (daemon/events/events.go, eventsLimit).
const remembered = 256

// feed is the engine's events, as they come in.
type feed struct {
	cancel func()

	mu      sync.Mutex
	started int // number of the first message that is kept
	kept    []events.Message
	more    chan struct{} // closed by the next message
	closed  chan struct{}
}

func newFeed() *feed { return &feed{more: make(chan struct{}), closed: make(chan struct{})} }

func (f *feed) close() {
	f.cancel()
	close(f.closed)
}

// follow translates what happens in the swarm until the feed is closed.
func (f *feed) follow(happens <-chan swarmevents.Event) {
	for {
		select {
		case e := <-happens:
			if m, ok := translate(e); ok {
				f.add(m)
			}
		case <-f.closed:
			return
		}
	}
}

func (f *feed) add(m events.Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept = append(f.kept, m)
	if over := len(f.kept) - remembered; over > 0 {
		f.kept, f.started = f.kept[over:], f.started+over
	}
	close(f.more)
	f.more = make(chan struct{})
}

// from returns the messages with this number and later ones, the number of the
// next, and a channel that is closed when it is there.
func (f *feed) from(number int) (messages []events.Message, next int, more <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := min(max(number-f.started, 0), len(f.kept))
	return append([]events.Message(nil), f.kept[first:]...), f.started + len(f.kept), f.more
}

// streamEvents is daemon/server/router/system/system_routes.go, getEvents.
func (a *API) streamEvents(ctx context.Context, w http.ResponseWriter, r *http.Request, _ map[string]string) error {
	if err := httputils.ParseForm(r); err != nil {
		return err
	}
	since, err := moment(r.Form.Get("since"))
	if err != nil {
		return errdefs.InvalidParameter(fmt.Errorf("invalid value for 'since': %w", err))
	}
	until, err := moment(r.Form.Get("until"))
	if err != nil {
		return errdefs.InvalidParameter(fmt.Errorf("invalid value for 'until': %w", err))
	}
	filter, err := parseFilters(r.Form.Get("filters"))
	if err != nil {
		return err
	}
	number := 0
	if since.IsZero() {
		_, number, _ = a.events.from(1 << 62)
	}
	if !until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, until)
		defer cancel()
	}
	contentType := "application/jsonl"
	if older(httputils.VersionFromContext(ctx), "1.52") {
		contentType = "application/json"
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(http.StatusOK)
	return a.sendEvents(ctx, w, number, func(m events.Message) bool {
		at := time.Unix(0, m.TimeNano)
		return !at.Before(since) && (until.IsZero() || at.Before(until)) && matches(filter, m)
	})
}

func (a *API) sendEvents(ctx context.Context, w http.ResponseWriter, number int, want func(events.Message) bool) error {
	out := http.NewResponseController(w)
	encoder := json.NewEncoder(w)
	for {
		messages, next, more := a.events.from(number)
		number = next
		for _, m := range messages {
			if !want(m) {
				continue
			}
			if err := encoder.Encode(m); err != nil {
				return nil //nolint:nilerr // the client has gone
			}
		}
		_ = out.Flush()
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		case <-a.events.closed:
			return nil
		}
	}
}

// moment reads seconds since 1970, with a fraction or without.
func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	seconds, fraction, _ := strings.Cut(text, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	n, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	return time.Unix(s, n), err
}

// matches is daemon/events/filter.go, for what a swarm tells.
func matches(o swarmbackend.ConfigListOptions, m events.Message) bool {
	f := o.Filters
	about := func(kind events.Type) bool {
		return !f.Contains(string(kind)) || m.Type == kind &&
			(f.FuzzyMatch(string(kind), m.Actor.ID) || f.FuzzyMatch(string(kind), m.Actor.Attributes["name"]))
	}
	return f.ExactMatch("event", string(m.Action)) && f.ExactMatch("type", string(m.Type)) && f.ExactMatch("scope", m.Scope) &&
		about(events.ServiceEventType) && about(events.NodeEventType) && about(events.NetworkEventType) &&
		about(events.SecretEventType) && about(events.ConfigEventType) &&
		(!f.Contains("label") || f.MatchKVList("label", m.Actor.Attributes))
}
