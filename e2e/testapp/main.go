// Command testapp is what the containers of the tests and the demonstration run.
//
//	app                    serve HTTP on :$PORT (8080) until SIGTERM
//	app sleep              do nothing until SIGTERM
//	app exit N             end at once with this code
//	app fail-after TIME    serve for this long ("2s"), then end with code 1
//	app check              code 0 if a server in this container listens, else 1
//	app deny               be a registry that wants credentials, on :$PORT
//	app hang               be a registry that is there and never sends an image
//
// Under any other name than app it checks, whatever the arguments: so it stands
// in for the programs that health checks call, such as pg_isready.
//
// The server answers every request with the hostname and $VERSION.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

func main() {
	args := append(os.Args[1:], "", "")
	if filepath.Base(os.Args[0]) != "app" {
		args = []string{"check", ""}
	}
	host, _ := os.Hostname()
	if args[0] != "check" {
		fmt.Printf("app %s on %s: %s %s\n", os.Getenv("VERSION"), host, args[0], args[1])
	}
	os.Exit(run(args[0], args[1], host))
}

// run returns the exit code.
func run(verb, arg, host string) int {
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM, os.Interrupt)
	var limit <-chan time.Time
	handler := greet(host)
	switch verb {
	case "", "sleep":
	case "fail-after":
		d, err := time.ParseDuration(arg)
		if err != nil {
			return usage(err)
		}
		limit = time.After(d)
	case "exit":
		code, err := strconv.Atoi(arg)
		if err != nil {
			return usage(err)
		}
		return code
	case "check":
		return check()
	case "deny":
		handler = http.HandlerFunc(deny)
	case "hang":
		handler = http.HandlerFunc(hang)
	default:
		return usage(fmt.Errorf("unknown command %q", verb))
	}
	if verb != "sleep" {
		go serve(handler)
	}
	select {
	case <-term:
		return 0
	case <-limit:
		return 1
	}
}

func usage(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 64
}

func address() string {
	if port := os.Getenv("PORT"); port != "" {
		return ":" + port
	}
	return ":8080"
}

func serve(handler http.Handler) {
	fmt.Fprintln(os.Stderr, http.ListenAndServe(address(), handler))
	os.Exit(1)
}

func greet(host string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintln(w, host, os.Getenv("VERSION"))
	})
}

func deny(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
	http.Error(w, "no credentials", http.StatusUnauthorized)
}

// hang answers the first question of an engine, for which it waits 15 s only.
func hang(_ http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v2/" {
		<-r.Context().Done()
	}
}

func check() int {
	conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", "localhost"+address())
	if err != nil {
		return 1
	}
	_ = conn.Close()
	return 0
}
