package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/backsight/backsight/store"
)

var (
	shellBlock  = regexp.MustCompile("(?s)```sh\n(.*?)```")
	fencedBlock = regexp.MustCompile("(?s)```.*?```")
	inlineCode  = regexp.MustCompile("`([^`]+)`")
)

// commandsIn returns the command lines in the shell blocks and in the inline code of a page.
func commandsIn(page string) (all []string) {
	for _, block := range shellBlock.FindAllStringSubmatch(page, -1) {
		all = append(all, strings.Split(block[1], "\n")...)
	}
	for _, code := range inlineCode.FindAllStringSubmatch(fencedBlock.ReplaceAllString(page, ""), -1) {
		all = append(all, strings.ReplaceAll(code[1], "\n", " "))
	}
	return all
}

// The commands in the runbook exist, with their flags and their number of arguments.
func TestRunbookCommandsExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	temporal, temporalErr := exec.LookPath("temporal")
	if _, err := os.Stat("../../.bin/temporal"); temporalErr != nil && err == nil {
		temporal, temporalErr = "../../.bin/temporal", nil
	}
	ours, theirs := 0, 0
	for _, line := range commandsIn(string(text)) {
		words := strings.Fields(line)
		switch {
		case len(words) < 2:
		case words[0] == "backsight":
			ours++
			requireCommand(t, line, words[1:])
		case words[0] == "temporal" && temporalErr == nil:
			theirs++
			var command []string
			for _, word := range words[1:] {
				if strings.HasPrefix(word, "-") {
					break
				}
				command = append(command, word)
			}
			help, err := exec.Command(temporal, append(command, "--help")...).CombinedOutput()
			require.NoError(t, err, "%s: %s", line, help)
			for _, word := range words {
				if strings.HasPrefix(word, "--") {
					require.Contains(t, string(help), word, line)
				}
			}
		}
	}
	require.Greater(t, ours, 25)
	require.True(t, theirs > 3 || temporalErr != nil)
}

// requireCommand checks that the command of a command line exists, with its flags and its number of
// arguments.
func requireCommand(t *testing.T, line string, words []string) {
	t.Helper()
	var command []string
	for _, word := range words {
		if strings.HasPrefix(word, "--") {
			break
		}
		// ID, a setting's key, a path
		if word != strings.ToLower(word) || strings.ContainsAny(word, "./") {
			break
		}
		command = append(command, word)
	}
	node := commandNode(t, command)
	require.False(t, len(node.Children) > 0 && len(words) > 1, "%s: the line names a group without one of its commands", line)
	flags := map[string]bool{"--help": true}
	for _, group := range node.AllFlags(false) {
		for _, flag := range group {
			flags["--"+flag.Name] = true
		}
	}
	given := 0
	for i, word := range words[len(command):] {
		switch {
		case strings.HasPrefix(word, "--"):
			name, _, _ := strings.Cut(word, "=")
			require.True(t, flags[name], "%s: %v has no flag %s", line, command, name)
		case i == 0 || !strings.HasPrefix(words[len(command)+i-1], "--"):
			given++
		}
	}
	required := 0
	for _, positional := range node.Positional {
		if positional.Required {
			required++
		}
	}
	// Text may mention a command without its arguments.
	require.True(t, given == 0 || given >= required && given <= max(len(node.Positional), required), "%s: %d arguments for %v", line, given, command)
}

func TestOperationsPageIsComplete(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	page := string(text)
	for _, setting := range store.KnownSettings {
		require.True(t, strings.Contains(page, "`"+setting.Key+"`"), "the page does not describe the setting %s", setting.Key)
	}
	for _, part := range []string{"api", "worker", "migrate"} {
		for _, group := range commandNode(t, []string{part}).AllFlags(false) {
			for _, flag := range group {
				for _, env := range flag.Envs {
					require.True(t, strings.Contains(page, "`"+env+"`"), "the page does not describe %s, which %s reads", env, part)
				}
			}
		}
	}
	// Each alert has an entry in the runbook, and each entry belongs to an alert.
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	text, err = os.ReadFile("../../deploy/prometheus/alerts.yml")
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, &rules))
	var alerts, entries []string
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			require.NotEmpty(t, rule.Expr)
			alerts = append(alerts, rule.Alert)
		}
	}
	for _, heading := range regexp.MustCompile(`(?m)^### (Backsight\w+)$`).FindAllStringSubmatch(page, -1) {
		entries = append(entries, heading[1])
	}
	require.NotEmpty(t, alerts)
	slices.Sort(alerts)
	slices.Sort(entries)
	require.Equal(t, alerts, entries)
	for _, entry := range strings.Split(page, "\n### ")[1:] {
		if strings.HasPrefix(entry, "Backsight") {
			require.Contains(t, entry, "\nLook: ", entry)
			require.Contains(t, entry, "\nDo: ", entry)
		}
	}
}
