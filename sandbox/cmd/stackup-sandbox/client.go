package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/stackup-cli/stackup/sandbox"
)

// request asks the sandbox at a socket for something.
func request(ctx context.Context, socket, method, path string, body []byte) ([]byte, error) {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, method, "http://sandbox"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode < http.StatusBadRequest {
		return text, err
	}
	var refused struct{ Message string }
	if json.Unmarshal(text, &refused) != nil || refused.Message == "" {
		refused.Message = answer.Status
	}
	return nil, errors.New(refused.Message)
}

// ask asks what is at a socket for its description: an engine has none.
func ask(ctx context.Context, socket string) (d sandbox.Description, err error) {
	text, err := request(ctx, socket, http.MethodGet, "/sandbox", nil)
	if err != nil {
		return d, err
	}
	return d, json.Unmarshal(text, &d)
}

func answers(ctx context.Context, socket string) bool {
	_, err := ask(ctx, socket)
	return err == nil
}

// reach finds the sandbox that is meant: the one named, else the one that
// DOCKER_HOST names, else the one that stays.
func reach(ctx context.Context, socket string) (string, error) {
	if socket == "" {
		if path, ok := strings.CutPrefix(os.Getenv("DOCKER_HOST"), "unix://"); ok {
			if answers(ctx, path) {
				return path, nil
			}
		}
		socket = standing()
	}
	if !answers(ctx, socket) {
		return "", fmt.Errorf("there is no sandbox at %s: stackup-sandbox up", socket)
	}
	return socket, nil
}
