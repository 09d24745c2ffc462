package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// factsOf is of a new service what people ask first.
func factsOf(s stack.Service) [][2]string {
	rows := [][2]string{{"image", image(s)}, mode(s), {"ports", ports(s)}}
	return slices.DeleteFunc(rows, func(row [2]string) bool { return row[1] == "" })
}

func (p *page) facts(s stack.Service) {
	for _, row := range factsOf(s) {
		label := spaces(detailIndent) + pad(row[0], 10)
		value := safe(row[1])
		if width(label+value) > p.width {
			value = shortDigests(value)
		}
		p.hang(span{dim, label}, span{plain, value})
	}
}

func image(s stack.Service) string {
	if c := s.Spec.TaskTemplate.ContainerSpec; c != nil {
		return c.Image
	}
	return ""
}

// mode is how often the service runs, in the words of the compose file.
func mode(s stack.Service) [2]string {
	switch m := s.Spec.Mode; {
	case m.Global != nil:
		return [2]string{"mode", "global"}
	case m.GlobalJob != nil:
		return [2]string{"mode", "global-job"}
	case m.ReplicatedJob != nil:
		times := m.ReplicatedJob.TotalCompletions
		if times == nil {
			times = m.ReplicatedJob.MaxConcurrent
		}
		if times == nil || *times == 1 {
			return [2]string{"mode", "replicated-job"}
		}
		return [2]string{"mode", fmt.Sprintf("replicated-job, %d runs", *times)}
	case m.Replicated != nil && m.Replicated.Replicas != nil:
		return [2]string{"replicas", strconv.FormatUint(*m.Replicated.Replicas, 10)}
	}
	return [2]string{"replicas", "1"} // as the engine reads nothing
}

// ports is the published ports as the compose file's short form has them.
func ports(s stack.Service) string {
	if s.Spec.EndpointSpec == nil {
		return ""
	}
	var list []string
	for _, port := range s.Spec.EndpointSpec.Ports {
		text := strconv.FormatUint(uint64(port.TargetPort), 10)
		if port.PublishedPort != 0 {
			text = strconv.FormatUint(uint64(port.PublishedPort), 10) + ":" + text
		}
		if port.Protocol != "" && port.Protocol != "tcp" {
			text += "/" + string(port.Protocol)
		}
		if port.PublishMode == "host" {
			text += " (host)"
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}
