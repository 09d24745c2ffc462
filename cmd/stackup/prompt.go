package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// ask lets a person decide about a plan, and takes a yes for all that the plan
// says. Nobody is asked where nobody can answer: then the plan is not approved.
func (a *approval) ask(ctx context.Context, p *process, plan stack.Plan) error {
	word, question := "yes", fmt.Sprintf("Apply this plan to stack %q on %s? yes, no or details: ", plan.Stack, plan.Target)
	if n := removals(plan); n > 0 {
		word, question = plan.Stack, fmt.Sprintf("This plan removes %d of the objects of stack %q on %s.\nType the stack's name to apply it, or details: ", n, plan.Stack, plan.Target)
	}
	err := confirm(ctx, p, word, question, func() error { return printDetails(p, plan) })
	if err != nil {
		return err
	}
	for h := range plan.Hazards() {
		a.allow = append(a.allow, string(h))
	}
	return nil
}

// removals is how much goes that people would miss: old versions of configs and
// secrets go all the time.
func removals(plan stack.Plan) int {
	n := plan.Count(stack.Replace)
	for _, c := range plan.Changes {
		if c.Action == stack.Delete && (c.Ref.Kind == stack.KindService || c.Ref.Kind == stack.KindNetwork) {
			n++
		}
	}
	return n
}

// printDetails prints all that the plan writes, word for word but for
// credentials.
func printDetails(p *process, plan stack.Plan) error {
	text, err := planfile.Marshal(planfile.Masked(planfile.New(plan, p.now(), "stackup "+version()), planner.Hide()))
	if err != nil {
		return err
	}
	_, err = p.stderr.Write(text)
	return err
}

// confirm asks a question that only one word answers with yes. The word details
// shows more and asks again, if there is more.
func confirm(ctx context.Context, p *process, word, question string, details func() error) error {
	if err := answerable(p); err != nil {
		return err
	}
	for {
		if _, err := fmt.Fprint(p.stderr, "\n", question); err != nil {
			return err
		}
		answer, err := readLine(ctx, p)
		switch answer = strings.TrimSpace(answer); {
		case err != nil:
			return err
		case answer == word:
			return nil
		case answer != "details" || details == nil:
			return exitError{exitDeclined, errors.New("declined: nothing was changed")}
		}
		if err := details(); err != nil {
			return err
		}
	}
}

// answerable refuses to ask where nobody can answer.
func answerable(p *process) error {
	if isTerminal(p.stdin) {
		return nil
	}
	return exitError{exitDeclined, &stack.Error{
		Msg:  "not approved: standard input is not a terminal, so nobody can be asked",
		Hint: "--auto-approve (-y) goes on without asking",
	}}
}

// readLine reads an answer, or gives up when a signal comes. The goroutine
// that reads is then left to the end of the process.
func readLine(ctx context.Context, p *process) (string, error) {
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(p.stdin).ReadString('\n')
		line <- text
	}()
	select {
	case text := <-line:
		return text, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
