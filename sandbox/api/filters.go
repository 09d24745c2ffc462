package api

import (
	"encoding/json"
	"errors"

	"github.com/moby/moby/v2/daemon/server/swarmbackend"
	"github.com/moby/moby/v2/errdefs"
)

// parseFilters reads the filters of a list, in the present form {"label": {"a":
// true}} or the former one {"label": ["a"]}. Their type has no name outside moby;
// so they come in a struct that has a field of it.
func parseFilters(text string) (o swarmbackend.ConfigListOptions, err error) {
	if text == "" || json.Unmarshal([]byte(text), &o.Filters) == nil {
		return o, nil
	}
	former := map[string][]string{}
	if json.Unmarshal([]byte(text), &former) != nil {
		return o, errdefs.InvalidParameter(errors.New("invalid filter"))
	}
	for key, values := range former {
		for _, v := range values {
			o.Filters.Add(key, v)
		}
	}
	return o, nil
}
