package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

func TestError(t *testing.T) {
	at := func(line int) stack.Position { return stack.Position{File: "compose.yaml", Line: line} }
	undefined := &stack.Error{Pos: at(3), Msg: `service "api": network "front" is not defined`, Hint: "add it below networks:"}
	cycle := &stack.Error{Msg: "depends_on is a cycle: api -> db -> api"}
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"nothing", nil, ""},
		{"plain", errors.New("no such file"), "error: no such file\n"},
		{"no text", errors.New(""), "error: \n"},
		{"hint", undefined, "error: compose.yaml:3: service \"api\": network \"front\" is not defined\nhint: add it below networks:\n"},
		{
			"wrapped, with its hint", fmt.Errorf("loading: %w", undefined),
			"error: loading: compose.yaml:3: service \"api\": network \"front\" is not defined\nhint: add it below networks:\n",
		},
		{
			"hint of a cause", &stack.Error{Msg: "stack \"shop\"", Err: undefined},
			"error: stack \"shop\": compose.yaml:3: service \"api\": network \"front\" is not defined\nhint: add it below networks:\n",
		},
		{
			"joined, at any depth", errors.Join(errors.Join(cycle, undefined), errors.New("last")),
			"error: depends_on is a cycle: api -> db -> api\n" +
				"error: compose.yaml:3: service \"api\": network \"front\" is not defined\nhint: add it below networks:\n" +
				"error: last\n",
		},
		{
			"a hint that is shared stands once", errors.Join(undefined, undefined),
			"error: compose.yaml:3: service \"api\": network \"front\" is not defined\n" +
				"error: compose.yaml:3: service \"api\": network \"front\" is not defined\nhint: add it below networks:\n",
		},
		{
			"several causes in one sentence stay one", fmt.Errorf("%w: %w", stack.ErrUnreachable, errors.New("dial unix")),
			"error: engine unreachable: dial unix\n",
		},
		{
			"joined below a prefix", fmt.Errorf("loading: %w", errors.Join(cycle, undefined)),
			"error: loading: depends_on is a cycle: api -> db -> api\n" +
				"       compose.yaml:3: service \"api\": network \"front\" is not defined\nhint: add it below networks:\n",
		},
		{"several lines", errors.New("yaml:\r\n  line 3\x1b[2J"), "error: yaml:\n         line 3\\x1b[2J\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b bytes.Buffer
			render.Error(&b, tc.err)
			if diff := cmp.Diff(tc.want, b.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	const drop = "remove them, or see the list of supported keys"
	golden(t, "warnings", func(b *bytes.Buffer, s render.Style) {
		render.Warnings(b, []stack.Warning{
			{Pos: stack.Position{File: "compose.yaml", Line: 12}, Msg: `service "web": container_name is ignored by Swarm`, Hint: drop},
			{Pos: stack.Position{File: "compose.yaml", Line: 13}, Msg: `service "web": build is ignored, the image "registry.example.com/shop/web:2" has to exist`, Hint: drop},
			{Msg: "no limits are set"},
		}, s)
	})
}
