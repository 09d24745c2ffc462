package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// planOutput is the flags that say where a plan goes.
type planOutput struct {
	file     string
	json     bool
	jsonInto string
}

func (o *planOutput) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.file, "out", "", "save the plan as `FILE.json`, to be applied later")
	f.BoolVar(&o.json, "json", false, "print the plan as JSON, with credentials masked")
	f.StringVar(&o.jsonInto, "json-into", "", "write the same JSON into `FILE`, beside the text")
}

func (o *planOutput) check(md markdown) error {
	if o.json && md.file == standardOutput {
		return errOneOutput
	}
	if o.file != "" && !isSaved(o.file) {
		return fmt.Errorf("--out %s: the name of a saved plan ends in .json, so that apply knows it", o.file)
	}
	return nil
}

// write shows the plan as JSON or text, and writes the files that were asked
// for.
func (o *planOutput) write(p *process, plan stack.Plan) error {
	doc := planfile.New(plan, p.now(), "stackup "+version())
	masked := planfile.Masked(doc, planner.Hide())
	if o.file != "" {
		if err := planfile.Write(o.file, doc); err != nil {
			return err
		}
	}
	if o.jsonInto != "" {
		if err := planfile.Write(o.jsonInto, masked); err != nil {
			return err
		}
	}
	if o.json {
		p.told.planned(plan, doc.ID)
		p.warn(plan.Warnings)
		return printJSON(p, masked)
	}
	return show(p, plan, doc.ID)
}

func printJSON(p *process, doc planfile.Document) error {
	text, err := planfile.Marshal(doc)
	return printBytes(p, text, err)
}
