package enginetest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"
)

// object is a network, config, secret or service. The first three are kept as
// they were sent.
type object struct {
	kind    string // in the singular
	id      string
	about   swarm.Annotations
	version swarm.Version
	spec    map[string]any
	service *swarm.Service // of a service only; spec is empty then
}

// view is how the object is listed.
func (o *object) view() any {
	spec := maps.Clone(o.spec)
	switch o.kind {
	case "service":
		o.service.Version = o.version
		return o.service
	case "network":
		spec["Id"], spec["Scope"] = o.id, "swarm"
		return spec
	case "secret":
		delete(spec, "Data")
	}
	return map[string]any{"ID": o.id, "Version": o.version, "Spec": spec}
}

func kindOf(r *http.Request) string { return strings.TrimSuffix(r.PathValue("kind"), "s") }

func (e *Engine) list(r *http.Request) (any, error) {
	f, err := readFilters(r)
	out := []any{}
	for _, o := range e.objects {
		if o.kind == kindOf(r) && f.match(o.about) {
			out = append(out, o.view())
		}
	}
	return out, err
}

// find takes an ID, or a name (moby daemon/cluster/helpers.go).
func (e *Engine) find(r *http.Request, kind string) (*object, error) {
	for _, o := range e.objects {
		if o.kind == kind && (o.id == r.PathValue("id") || o.about.Name == r.PathValue("id")) {
			return o, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "%s %s not found", kind, r.PathValue("id"))
}

func (e *Engine) inspect(r *http.Request) (any, error) {
	o, err := e.find(r, kindOf(r))
	if err != nil {
		return nil, err
	}
	return o.view(), nil
}

func (e *Engine) create(r *http.Request) (any, error) {
	o := &object{kind: kindOf(r), id: e.newID(kindOf(r))}
	var raw json.RawMessage
	err := errors.Join(json.NewDecoder(r.Body).Decode(&raw), json.Unmarshal(raw, &o.about))
	if o.kind == "service" {
		o.service = &swarm.Service{ID: o.id}
		err = errors.Join(err, json.Unmarshal(raw, &o.service.Spec))
	} else {
		err = errors.Join(err, json.Unmarshal(raw, &o.spec))
	}
	if err != nil {
		return nil, err
	}
	taken := func(other *object) bool {
		return other.kind == o.kind && strings.EqualFold(other.about.Name, o.about.Name)
	}
	if slices.ContainsFunc(e.objects, taken) {
		return nil, refuse(http.StatusConflict, map[string]string{
			"network": "network with name %s already exists",
			"config":  "rpc error: code = AlreadyExists desc = config %s already exists",
			"secret":  "rpc error: code = AlreadyExists desc = secret %s already exists",
			"service": "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service %s already exists",
		}[o.kind], o.about.Name)
	}
	if o.service != nil {
		if err := e.admit(o.service); err != nil {
			return nil, err
		}
		e.logins.Note(r, o.about.Name)
	}
	e.objects = append(e.objects, o)
	e.wrote("create", o)
	return map[string]string{"ID": o.id}, nil
}

// updateLabels is all that can be done to a config or a secret. That it looks at
// the data first, and at the version then, is what makes the comparison of
// secrets possible.
func (e *Engine) updateLabels(r *http.Request) (any, error) {
	kind := map[bool]string{true: "secret", false: "config"}[strings.Contains(r.URL.Path, "/secrets/")]
	o, err := e.find(r, kind)
	if err != nil {
		return nil, err
	}
	var raw json.RawMessage
	var spec map[string]any
	var about swarm.Annotations
	if err := errors.Join(json.NewDecoder(r.Body).Decode(&raw), json.Unmarshal(raw, &spec), json.Unmarshal(raw, &about)); err != nil {
		return nil, err
	}
	if spec["Name"] != o.spec["Name"] || spec["Data"] != nil && spec["Data"] != o.spec["Data"] {
		return nil, refuse(http.StatusBadRequest, "rpc error: code = InvalidArgument desc = only updates to Labels are allowed")
	}
	if err := checkVersion(r, o); err != nil {
		return nil, err
	}
	o.spec["Labels"], o.about.Labels = spec["Labels"], about.Labels
	e.wrote("update", o)
	return struct{}{}, nil
}

func (e *Engine) remove(r *http.Request) (any, error) {
	o, err := e.find(r, kindOf(r))
	if err != nil {
		return nil, err
	}
	if err := e.refuseInUse(o); err != nil {
		return nil, err
	}
	e.objects = slices.DeleteFunc(e.objects, func(other *object) bool { return other == o })
	e.tasks = slices.DeleteFunc(e.tasks, func(t *task) bool { return t.ServiceID == o.id })
	e.wrote("remove", o)
	return nil, nil
}

// refuseInUse looks for the object's ID in the specs of the services.
func (e *Engine) refuseInUse(o *object) error {
	var users []string
	for _, s := range e.objects {
		if s.service == nil || s == o {
			continue
		}
		if spec, _ := json.Marshal(s.service.Spec); bytes.Contains(spec, []byte(o.id)) {
			users = append(users, cmp.Or(map[string]string{"network": s.id}[o.kind], s.about.Name))
		}
	}
	slices.Sort(users)
	switch {
	case len(users) == 0:
		return nil
	case o.kind == "network":
		return refuse(http.StatusBadRequest,
			"rpc error: code = FailedPrecondition desc = network %s is in use by service %s", o.id, users[0])
	}
	return refuse(http.StatusBadRequest, "rpc error: code = InvalidArgument desc = %s '%s' is in use by the following service%s: %s",
		o.kind, o.about.Name, map[bool]string{true: "s"}[len(users) > 1], strings.Join(users, ", "))
}

// wrote counts and records a write.
func (e *Engine) wrote(verb string, o *object) {
	e.index++
	o.version.Index = e.index
	e.journal = append(e.journal, verb+" "+o.kind+" "+o.about.Name)
}

func (e *Engine) newID(kind string) string {
	e.index++
	return fmt.Sprintf("%s%018d", kind, e.index)
}

func checkVersion(r *http.Request, o *object) error {
	if r.FormValue("version") != o.version.String() {
		return refuse(http.StatusInternalServerError, "rpc error: code = Unknown desc = update out of sequence")
	}
	return nil
}

func respond(w http.ResponseWriter, status int, body any, err error) {
	var r *refusal
	switch {
	case errors.As(err, &r):
		status, body = r.status, map[string]string{"message": r.message}
	case err != nil:
		status, body = http.StatusBadRequest, map[string]string{"message": err.Error()}
	}
	if text, ok := body.(rawStream); ok {
		w.WriteHeader(status)
		_, _ = w.Write(text)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if body != nil {
		_ = json.NewEncoder(w).Encode(body)
	}
}

// filters of a list: the labels all have to match, of the names one.
type filters struct {
	Label    map[string]bool
	Name     map[string]bool
	UpToDate map[string]bool `json:"_up-to-date"`
}

func readFilters(r *http.Request) (f filters, err error) {
	if text := r.FormValue("filters"); text != "" {
		err = json.Unmarshal([]byte(text), &f)
	}
	return f, err
}

func (f filters) match(about swarm.Annotations) bool {
	for want := range f.Label {
		key, value, exact := strings.Cut(want, "=")
		if have, ok := about.Labels[key]; !ok || exact && have != value {
			return false
		}
	}
	for prefix := range f.Name {
		if strings.HasPrefix(about.Name, prefix) {
			return true
		}
	}
	return len(f.Name) == 0
}
