package engine

import "github.com/moby/moby/client"

// APIVersions is the oldest and the newest version of the Engine API that a
// [Client] speaks.
func APIVersions() (oldest, newest string) { return client.MinAPIVersion, client.MaxAPIVersion }
