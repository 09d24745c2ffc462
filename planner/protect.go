package planner

import (
	"fmt"
	"maps"

	"github.com/stackup-cli/stackup/stack"
)

// labelProtect guards an object against removal. It stays on the object when
// the block in the file goes, which is the moment a guard is for.
const labelProtect = stack.LabelPrefix + "protect"

// guard is the labels with what the settings want to be kept on the object.
// Nothing here takes a guard away.
func guard(labels map[string]string, s stack.Settings) map[string]string {
	if !s.Protect {
		return labels
	}
	out := map[string]string{labelProtect: "true"}
	maps.Copy(out, labels)
	return out
}

// protected refuses to remove what is guarded.
func protected(ref stack.Ref, labels map[string]string) error {
	if labels[labelProtect] != "true" {
		return nil
	}
	hint := fmt.Sprintf("docker %s rm %s removes it for good", ref.Kind, ref.Name)
	if ref.Kind == stack.KindService {
		hint = fmt.Sprintf("docker service update --label-rm %s %s takes the guard away", labelProtect, ref.Name)
	}
	return &stack.Error{Msg: ref.String() + " is protected, and the plan removes it", Hint: hint}
}
