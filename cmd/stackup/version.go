package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/engine"
)

func versionCommand(p *process) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				text, err := json.MarshalIndent(buildInfo(), "", "  ")
				return printBytes(p, append(text, '\n'), err)
			}
			_, err := fmt.Fprintf(p.stdout, "stackup %s\n", version())
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON, with what it was built from and speaks to")
	return c
}

// versionInfo is what version --json prints.
type versionInfo struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"` // unknown outside a repository
	Date     string `json:"date,omitempty"`   // of the commit
	Modified bool   `json:"modified"`         // the build has more than the commit
	Go       string `json:"go"`
	Platform string `json:"platform"`
	API      struct {
		Oldest string `json:"oldest"`
		Newest string `json:"newest"`
	} `json:"engine_api"`
}

func buildInfo() versionInfo {
	v := versionInfo{Version: version(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	v.API.Oldest, v.API.Newest = engine.APIVersions()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Date = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

// version is the module's version as the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}
