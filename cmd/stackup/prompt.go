package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// ask lets a person decide about a plan, and takes a yes for all that the plan
// says. Nobody is asked where nobody can answer: then the plan is not approved.
func (a *approval) ask(ctx context.Context, p *process, plan stack.Plan) error {
	if err := answerable(p); err != nil {
		return err
	}
	word, question := "yes", fmt.Sprintf("Apply this plan to stack %q on %s? Only yes applies it: ", plan.Stack, plan.Target.Host)
	if n := plan.Count(stack.Delete) + plan.Count(stack.Replace); n > 0 {
		word, question = plan.Stack, fmt.Sprintf("This plan removes %d of the objects of stack %q on %s.\nType the stack's name to apply it: ", n, plan.Stack, plan.Target.Host)
	}
	if _, err := fmt.Fprint(p.stderr, "\n", question); err != nil {
		return err
	}
	answer, err := readLine(ctx, p)
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(answer) != word:
		return exitError{exitDeclined, errors.New("declined: nothing was changed")}
	}
	for h := range plan.Hazards() {
		a.allow = append(a.allow, string(h))
	}
	return nil
}

// confirm asks a question that only yes answers.
func confirm(ctx context.Context, p *process, question string) error {
	if err := answerable(p); err != nil {
		return err
	}
	if _, err := fmt.Fprint(p.stderr, "\n", question); err != nil {
		return err
	}
	answer, err := readLine(ctx, p)
	if err == nil && strings.TrimSpace(answer) != "yes" {
		err = exitError{exitDeclined, errors.New("declined: nothing was changed")}
	}
	return err
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
