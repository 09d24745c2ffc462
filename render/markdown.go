package render

import (
	"io"
	"slices"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// Lists of names name so many: in the banner, and in details.
const (
	maxBannerNames = 5
	maxDetailNames = 40
)

// Details of one object take so many lines, of so many columns.
const (
	maxDetailLines   = 60
	maxDetailColumns = 200
)

// Markdown writes a plan as a comment on a pull request: what has been changed
// outside and what the plan does in tables, the changed fields folded below,
// warnings, and the plan's id unless it is empty. It has less than 60,000 bytes
// whatever the plan; where there is more, details of objects in the middle are
// left out first, and counted.
// Names and values are shown as they are, and can neither mark up anything nor
// mention anybody.
func Markdown(w io.Writer, p stack.Plan, id string) error {
	var d document
	d.add("## Plan for " + code(p.Stack) + " on " + code(p.Target.String()))
	changes := slices.DeleteFunc(slices.Clone(p.Changes), isKept)
	if p.Empty() {
		d.add("There is " + prose(nothingToDo(p)) + ".")
	} else {
		d.add(banner(p, changes))
		d.add("**Plan:** " + prose(strings.Join(append(actionCounts(p), effectCounts(p)...), " ")))
		if hazards := hazardCounts(p); len(hazards) > 0 {
			d.add("**Hazards:** " + prose(strings.Join(hazards, ", ")))
		}
		if len(p.Drift) > 0 {
			d.add("### " + prose(outside(p.Since)))
			d.add(perhapsOurs(p.Unfinished))
			d.add(driftTable(p.Drift, changes))
			d.add("### Changes of this plan")
		}
		d.add(changeTable(changes))
	}
	end := document{}
	end.add(warningList(p.Warnings))
	if id != "" {
		end.add("Plan " + code(id) + ", made by stackup.")
	}
	both := slices.Concat(d, end)
	d.add(detailList(changes, both.room()))
	for _, text := range end {
		d.add(text)
	}
	return d.write(w)
}

// banner warns of what is lost: objects that go, other than old versions of
// what stays, and grave hazards.
func banner(p stack.Plan, changes []stack.Change) string {
	var gone []stack.Ref
	for _, c := range changes {
		if c.Action == stack.Delete && !isOldVersion(c, p.Changes) {
			gone = append(gone, c.Ref)
		}
	}
	var lines []string
	if len(gone) > 0 {
		lines = append(lines, "**This plan deletes "+countKinds(gone)+":** "+codeNames(gone, maxBannerNames)+".")
	}
	found := p.Hazards()
	for _, name := range hazardOrder(found) {
		h := hazardWords(name)
		if h.grave && name != stack.DeletesService && name != stack.DeletesNetwork {
			lines = append(lines, "**"+string(h.name)+":** "+h.text+" ("+codeNames(found[name], maxBannerNames)+").")
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return "> [!CAUTION]\n> " + strings.Join(lines, "\n>\n> ")
}

// isOldVersion says whether a config or secret goes whose newer version stays.
// Names of versions are the key and a hash.
func isOldVersion(c stack.Change, all []stack.Change) bool {
	if c.Ref.Kind != stack.KindConfig && c.Ref.Kind != stack.KindSecret {
		return false
	}
	return slices.ContainsFunc(all, func(other stack.Change) bool {
		return other.Ref.Kind == c.Ref.Kind && other.Want != nil &&
			(c.Key == other.Key || strings.HasPrefix(c.Key, other.Key+"-"))
	})
}

// countKinds is: 2 services and 1 network.
func countKinds(refs []stack.Ref) string {
	var list groups
	for _, ref := range refs {
		list.add("", ref)
	}
	var counts []string
	for _, g := range list {
		counts = append(counts, plural(len(g.names), prose(string(g.kind))))
	}
	return enumerate(counts)
}

func codeNames(refs []stack.Ref, most int) string {
	var names []string
	for _, ref := range refs[:min(len(refs), most)] {
		names = append(names, code(ref.Name))
	}
	if more := len(refs) - len(names); more > 0 {
		names = append(names, plural(more, "more object"))
	}
	return enumerate(names)
}

func codeRef(r stack.Ref) string { return prose(string(r.Kind)) + " " + code(r.Name) }

func changeTable(changes []stack.Change) string {
	rows := make([][]string, len(changes))
	for i, c := range changes {
		var names []string
		for _, h := range c.Hazards {
			names = append(names, string(h))
		}
		rows[i] = []string{
			prose(string(c.Action)), codeRef(c.Ref), prose(c.Reason), prose(consequence(c)), prose(strings.Join(names, ", ")),
		}
	}
	return table("object", []string{"Action", "Object", "Why", "Causes", "Hazards"}, rows)
}

func detailList(changes []stack.Change, room int) string {
	touched := map[stack.Ref]bool{}
	for _, c := range changes {
		touched[c.Ref] = true
	}
	var parts []string
	for _, b := range blocks(changes, touched) {
		if text := detail(b, touched); text != "" {
			parts = append(parts, text+"\n")
		}
	}
	return strings.TrimSpace(fit(parts, room, func(n int) string {
		return "Left out for want of room: the details of " + plural(n, "more object") + ".\n\n"
	}))
}

// detail is what the table does not say of a change: one block that unfolds.
func detail(b block, touched map[stack.Ref]bool) string {
	lines := legible(fold(changedLines(b), maxDetailLines), maxDetailColumns)
	var notes []string
	note := func(label, text string) {
		if text != "" {
			notes = append(notes, "- **"+label+":** "+text)
		}
	}
	note("Now", prose(health(b.change)))
	note("Waits", prose(waitsFor(b.change, touched)))
	if b.refers() {
		note("Fields", "the same as of "+codeRef(b.as))
	}
	if len(b.same) > 0 {
		note("Same change in "+plural(len(b.same), "service"), codeNames(b.same, maxDetailNames))
	}
	if len(lines)+len(notes) == 0 {
		return ""
	}
	for _, name := range b.change.Hazards {
		note("Hazard", prose(hazardText(b, name)))
	}
	title := "<b>" + prose(string(b.change.Action)) + "</b> " + codeRef(b.change.Ref)
	if more := len(b.same) - 1; more > 0 {
		title += " and " + plural(more, "more service")
	}
	text := "<details>\n<summary>" + title + "</summary>\n\n"
	if len(lines) > 0 {
		text += fenced("diff", signed(lines)) + "\n\n"
	}
	if len(notes) > 0 {
		text += strings.Join(notes, "\n") + "\n\n"
	}
	return text + "</details>\n"
}

// changedLines is facts, fields and a config's diff in one.
func changedLines(b block) []diffLine {
	var lines []diffLine
	c := b.change
	if s, ok := c.Want.(stack.Service); ok && c.Action == stack.Create {
		for _, fact := range factsOf(s) {
			lines = append(lines, diffLine{'+', fact[0] + ": " + fact[1]})
		}
	}
	if !b.refers() {
		for _, r := range rowsOf(c.Fields, c.Effect) {
			title := r.path
			if r.remark != "" {
				title += " (" + r.remark + ")"
			}
			lines = append(append(lines, diffLine{' ', title}), r.lines...)
		}
	}
	content := unified(c.Diff)
	if blankDiff(content) {
		lines = append(lines, diffLine{' ', onlyWhitespace})
	}
	return append(lines, content...)
}

// signed is the text of a diff's lines.
func signed(lines []diffLine) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.text
		if l.sign != 0 {
			out[i] = strings.TrimRight(string(l.sign)+" "+l.text, " ")
		}
	}
	return out
}

func warningList(warnings []stack.Warning) string {
	var lines []string
	for _, w := range warnings {
		text := "- **Warning:** " + prose(w.String())
		if w.Hint != "" {
			text += "; " + prose(w.Hint)
		}
		lines = append(lines, text+"\n")
	}
	return strings.TrimSpace(fit(lines, warningLimit, func(n int) string {
		return "- " + ellipsis + " and " + plural(n, "more warning") + "\n"
	}))
}
