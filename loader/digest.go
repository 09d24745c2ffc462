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
			f.name = stack.ContentName(c.name, key, configDigest(f))
			c.configs[key] = f
		}
	}
	names := make([]string, 0, len(c.secrets))
	var toHash []fileObject
	for _, f := range sortedFiles(c.secrets) {
		if !f.pinned && !f.external {
			toHash = append(toHash, f)
			names = append(names, "")
		}
	}
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range toHash {
		workers.Go(func() error {
			digest, err := secretDigest(ctx, c.name, f)
			names[i] = stack.ContentName(c.name, f.key, digest)
			return err
		})
	}
	if err := workers.Wait(); err != nil {
		c.fail(stack.Error{Msg: "secrets cannot be hashed", Err: err})
	}
	for i, f := range toHash {
		f.name = names[i]
		c.secrets[f.key] = f
	}
}

func configDigest(f fileObject) string {
	sum := sha256.Sum256(f.distinct())
	return hex.EncodeToString(sum[:])[:digestLength]
}

// distinct is what makes another object of one: the content, and how it is
// filled in as a template. The engine changes neither.
func (f fileObject) distinct() []byte {
	if driver := f.text("template_driver"); driver != "" {
		return slices.Concat(f.content, []byte("\x00"+driver))
	}
	return f.content
}

// secretDigest is slow on purpose and different for every stack and key: a
// short secret could be guessed from a plain hash, which anybody who lists
// secrets can see.
func secretDigest(ctx context.Context, name string, f fileObject) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	sum, err := scrypt.Key(f.distinct(), []byte(name+"\x00"+f.key), 1<<15, 8, 1, digestLength/2)
	return hex.EncodeToString(sum), err
}
