package planfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/stackup-cli/stackup/stack"
)

// Write saves the document, readable by its owner alone. A file of that name is
// replaced at once or not at all; what is no file, such as a pipe, is written
// to.
func Write(path string, d Document) error {
	content, err := Marshal(d)
	if err == nil {
		err = write(path, content)
	}
	return about(path, "cannot be written", err)
}

func write(path string, content []byte) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, content, 0o600)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// Read reads what [Write] saved; see [Unmarshal].
func Read(path string) (Document, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Document{}, about(path, "cannot be read", err)
	}
	d, err := Unmarshal(content)
	return d, about(path, "", err)
}

// about is an error about a file, without the operating system's own words for
// what was being done.
func about(path, what string, err error) error {
	if err == nil {
		return nil
	}
	var e *fs.PathError
	if errors.As(err, &e) {
		err = e.Err
	}
	msg := fmt.Sprintf("plan %q", path)
	if what != "" {
		msg += " " + what
	}
	return &stack.Error{Msg: msg, Err: err}
}
