package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// forge stands in for GitHub: one pull request, number 12, whose merge is commit
// "merge", its comments, and a release of stackup; and for the notes of a merge
// request of GitLab's.
type forge struct {
	url string

	mu       sync.Mutex
	comments []comment
	readOnly bool
	strange  bool // the archive is not the one of the checksum
}

type comment struct {
	ID   int    `json:"id"`
	Body string `json:"body"`
	User struct {
		Login string `json:"login"`
	} `json:"user"`
	Edits int `json:"-"`
}

// A page has so many comments, whatever is asked for, so that there are several.
const forgePage = 2

func startForge(tb testing.TB) *forge {
	tb.Helper()
	f := &forge{}
	const repo = "/repos/shop/deploy/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+repo+"commits/{sha}/pulls", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("sha") == "merge" {
			_, _ = fmt.Fprint(w, `[{"number":11,"merged_at":null},{"number":12,"merged_at":"2026-11-25T12:00:00Z"}]`)
		} else {
			_, _ = fmt.Fprint(w, `[]`)
		}
	})
	mux.HandleFunc("GET "+repo+"issues/12/comments", f.list)
	mux.HandleFunc("POST "+repo+"issues/12/comments", f.write)
	mux.HandleFunc("PATCH "+repo+"issues/comments/{id}", f.write)
	mux.HandleFunc("POST /projects/3/merge_requests/12/notes", func(_ http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.add(r.Header.Get("PRIVATE-TOKEN"), r.FormValue("body"))
	})
	for _, path := range []string{"/releases/latest/download/", "/releases/download/v1.2.3/"} {
		mux.HandleFunc("GET "+path+"{file}", f.download)
	}
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *forge) list(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var page int
	_, _ = fmt.Sscan(r.FormValue("page"), &page)
	start := min((page-1)*forgePage, len(f.comments))
	_ = json.NewEncoder(w).Encode(append([]comment{}, f.comments[start:min(start+forgePage, len(f.comments))]...))
}

func (f *forge) write(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var c comment
	if f.readOnly || r.Header.Get("Authorization") != "Bearer job-token" || json.NewDecoder(r.Body).Decode(&c) != nil {
		http.Error(w, `{"message":"Resource not accessible by integration"}`, http.StatusForbidden)
		return
	}
	if r.Method == http.MethodPost {
		f.add("github-actions[bot]", c.Body)
		return
	}
	for i, old := range f.comments {
		if fmt.Sprint(old.ID) == r.PathValue("id") {
			f.comments[i].Body = c.Body
			f.comments[i].Edits++
			return
		}
	}
	http.NotFound(w, r)
}

func (f *forge) add(login, body string) {
	c := comment{ID: 100 + len(f.comments), Body: body}
	c.User.Login = login
	f.comments = append(f.comments, c)
}

func (f *forge) download(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := fmt.Sprintf("stackup_%s_%s.tar.gz", runtime.GOOS, runtime.GOARCH)
	archive := pack()
	sum := sha256.Sum256(archive)
	if f.strange {
		sum[0]++
	}
	switch r.PathValue("file") {
	case name:
		_, _ = w.Write(archive)
	case "checksums.txt":
		_, _ = fmt.Fprintf(w, "%x  %s\n%x  %s.sbom.json\n", sum, name, sum, name)
	default:
		http.NotFound(w, r)
	}
}

// pack is a release: an archive with a program of the name stackup.
func pack() []byte {
	program, err := exec.LookPath("stackup")
	script := fmt.Sprintf("#!/bin/sh\necho released >&2\nexec %s \"$@\"\n", program)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	t := tar.NewWriter(z)
	if err != nil || t.WriteHeader(&tar.Header{Name: "stackup", Mode: 0o755, Size: int64(len(script))}) != nil {
		panic(err)
	}
	_, _ = t.Write([]byte(script))
	_, _ = t.Close(), z.Close()
	return b.Bytes()
}

// forgeCommand is something done to the forge:
//
//	forge comment LOGIN FILE   somebody writes a comment
//	forge readonly             the token may write no more
//	forge strange              the archive has changed since its checksum was made
//	forge comments             all comments go into the file comments
func forgeCommand(ts *testscript.TestScript, _ bool, args []string) {
	f := ts.Value("forge").(*forge)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch args[0] {
	case "comment":
		f.add(args[1], ts.ReadFile(args[2]))
	case "readonly":
		f.readOnly = true
	case "strange":
		f.strange = true
	case "comments":
		var out strings.Builder
		for _, c := range f.comments {
			fmt.Fprintf(&out, "== %d by %s, edited %d times\n%s\n", c.ID, c.User.Login, c.Edits, strings.ReplaceAll(c.Body, strings.TrimPrefix(ts.Getenv("HOST"), "unix://"), "/SOCKET"))
		}
		ts.Check(os.WriteFile(ts.MkAbs("comments"), []byte(out.String()), 0o600))
	default:
		ts.Fatalf("unknown forge command %q", args[0])
	}
}
