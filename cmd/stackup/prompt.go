package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// ask lets a person decide about a plan. Nobody is asked where nobody can
// answer: then the plan is not approved.
func ask(ctx context.Context, p *process, plan stack.Plan) error {
	if !isTerminal(p.stdin) {
		return exitError{exitDeclined, &stack.Error{
			Msg:  "not approved: standard input is not a terminal, so nobody can be asked",
			Hint: "--auto-approve applies the plan without asking",
		}}
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
	return nil
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
