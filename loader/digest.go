package loader

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"slices"

	"golang.org/x/crypto/scrypt"
	"golang.org/x/sync/errgroup"

	"github.com/stackup-cli/stackup/stack"
)

// digestLength is how many hexadecimal digits of a digest go into a name.
const digestLength = 10

// hash gives configs and secrets that are not pinned the name of their
// content, so that other content is another object: the engine never changes
// the content of one.
func (c *converter) hash(ctx context.Context) {
	for key, f := range c.configs {
		if !f.pinned && !f.external {
			f.name = stack.ContentName(c.name, key, c.configDigest(f))
			c.configs[key] = f
		}
	}
	var toHash []fileObject
	for _, f := range sortedFiles(c.secrets) {
		if !f.external && !f.has("driver") {
			toHash = append(toHash, f)
		}
	}
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for i := range toHash {
		workers.Go(func() (err error) {
			f := &toHash[i]
			if c.isUnread(*f) {
				f.digest = unread
				return nil
			}
			f.digest, err = secretDigest(ctx, c.name, f.key, f.distinct())
			return err
		})
	}
	if err := workers.Wait(); err != nil {
		c.fail(stack.Error{Msg: "secrets cannot be hashed", Err: err})
	}
	for _, f := range toHash {
		if !f.pinned {
			f.name = stack.ContentName(c.name, f.key, f.digest)
		}
		c.secrets[f.key] = f
	}
}

// unread stands for the digest of what a command would have printed.
const unread = "unread"

func (c *converter) isUnread(f fileObject) bool {
	return c.noCommands && !c.commandOf(f.object).IsZero()
}

func (c *converter) configDigest(f fileObject) string {
	if c.isUnread(f) {
		return unread
	}
	sum := sha256.Sum256(f.distinct())
	return hex.EncodeToString(sum[:])[:digestLength]
}

// distinct is what makes another object of one.
func (f fileObject) distinct() []byte { return distinct(f.content, f.text("template_driver")) }

// distinct is the content, and how it is filled in as a template. The engine
// changes neither.
func distinct(content []byte, templateDriver string) []byte {
	if templateDriver != "" {
		return slices.Concat(content, []byte("\x00"+templateDriver))
	}
	return content
}

// secretDigest is slow on purpose and different for every stack and key: a
// short secret could be guessed from a plain hash, which anybody who lists
// secrets can see.
func secretDigest(ctx context.Context, name, key string, content []byte) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	sum, err := scrypt.Key(content, []byte(name+"\x00"+key), 1<<15, 8, 1, digestLength/2)
	return hex.EncodeToString(sum), err
}
