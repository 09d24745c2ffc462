package loader

import (
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/stackup-cli/stackup/stack"
)

// layers hold, by section and key, where an object is written: in one file, in
// several that override each other, in files that are included or extended.
// What overrides comes later.
type layers map[string]map[string][]layer

// layer is one of the places that make up an object.
type layer struct {
	file       string
	key, value *yaml.Node
}

func (l layer) pos() stack.Position { return stack.Position{File: l.file, Line: l.key.Line} }

// stratify finds the layers of every object. It only serves to tell places:
// what it cannot read or resolve, compose-go complains about.
func (p *project) stratify() {
	s := stratifier{project: p, layers: layers{}, files: map[string]file{}, budget: maxIncludes}
	for _, f := range p.files {
		s.addFile(f, p.dir)
	}
	p.layers = s.layers
	for path := range s.files {
		if name := p.display(path); !slices.Contains(p.order, name) {
			p.order = append(p.order, name)
		}
	}
	slices.Sort(p.order[len(p.files):])
}

// maxIncludes bounds how often include and extends are followed. They may go
// in circles.
const maxIncludes = 1000

type stratifier struct {
	*project
	layers layers
	files  map[string]file // included and extended ones, by path
	budget int
}

func (s *stratifier) addFile(f file, dir string) {
	for _, doc := range f.docs {
		_, includes := lookup(doc, "include")
		for _, entry := range items(includes) {
			s.addInclude(entry, dir)
		}
		for section, objects := range pairs(doc) {
			if singular(section.Value) == "" {
				continue
			}
			if s.layers[section.Value] == nil {
				s.layers[section.Value] = map[string][]layer{}
			}
			for key, value := range pairs(objects) {
				found := s.extended(layer{f.name, key, value}, f, dir)
				s.layers[section.Value][key.Value] = append(s.layers[section.Value][key.Value], found...)
			}
		}
	}
}

// addInclude adds the files of one entry of include:, which is a path or a
// mapping with one or several.
func (s *stratifier) addInclude(entry *yaml.Node, dir string) {
	paths := []*yaml.Node{entry}
	if _, path := lookup(entry, "path"); path != nil {
		if paths = items(path); paths == nil {
			paths = []*yaml.Node{path}
		}
	}
	home := dir
	for i, n := range paths {
		f, ok := s.open(n.Value, dir)
		if s.budget--; s.budget < 0 || !ok {
			return
		}
		if i == 0 {
			home = filepath.Dir(f.path)
		}
		s.addFile(f, home)
	}
}

// extended is a service's layer with those it extends before it. A file it
// names is relative to dir.
func (s *stratifier) extended(l layer, f file, dir string) []layer {
	own := []layer{l}
	_, extends := lookup(l.value, "extends")
	if extends == nil {
		return own
	}
	if s.budget--; s.budget < 0 {
		return own
	}
	name := extends.Value
	if _, n := lookup(extends, "service"); n != nil {
		name = n.Value
	}
	if _, n := lookup(extends, "file"); n != nil {
		var ok bool
		if f, ok = s.open(n.Value, dir); !ok {
			return own
		}
		dir = filepath.Dir(f.path)
	}
	for _, doc := range f.docs {
		_, services := lookup(doc, "services")
		if key, value := lookup(services, s.substitute(name)); key != nil {
			return append(s.extended(layer{f.name, key, value}, f, dir), own...)
		}
	}
	return own
}

func (s *stratifier) open(name, dir string) (file, bool) {
	path := absolute(dir, s.substitute(name))
	f, known := s.files[path]
	if !known {
		var err error
		if f, err = readFile(path, dir, nil); err != nil {
			f.docs = nil
		}
		f.name = s.display(path)
		s.files[path] = f
	}
	return f, len(f.docs) > 0
}
