package e2e

import "testing"

// TestFewRequests counts what a plan and an apply with nothing to do send.
func TestFewRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t, "few", 15010)
	destroyAfter(t, "few")
	want(t, 0, s.dir, s.environ, append([]string{"apply", "-y"}, s.file...)...)

	settled(t, s.dir, append(s.environ, "DOCKER_HOST="+s.proxy.host), append(s.file, "--resolve-image", "never")...)
	if n := s.proxy.requests.Load(); n > 9 {
		t.Errorf("a plan has sent %d requests, want 9 at most", n)
	}
	s.apply(t).ends(t, 0)
	if n := s.proxy.writes.Load(); n != 0 {
		t.Errorf("an apply with nothing to do has sent %d writes", n)
	}
}
