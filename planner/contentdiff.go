package planner

import (
	"bytes"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// maxDiff is the size in bytes up to which contents are compared line by line.
const maxDiff = 64 << 10

// contentDiff is what a config's new content changes of its last version, as a
// unified diff: empty when it is new, or when either is no text.
func (m *maker) contentDiff(c stack.Config) string {
	var last *swarm.Config
	for i, live := range m.have.Configs {
		newer := last == nil || live.Version.Index > last.Version.Index
		if newer && m.have.Owned(live.Spec.Labels) && versionOf(live.Spec.Name, m.want.Name, c.Key) {
			last = &m.have.Configs[i]
		}
	}
	if last == nil || !isText(last.Spec.Data) || !isText(c.Spec.Data) {
		return ""
	}
	diff := udiff.Unified(last.Spec.Name, c.Spec.Name, string(last.Spec.Data), string(c.Spec.Data))
	return m.mask.hide("content", diff)
}

func isText(b []byte) bool {
	return len(b) <= maxDiff && utf8.Valid(b) && !bytes.ContainsRune(b, 0)
}
