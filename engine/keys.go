package engine

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// keys is what TLS to an engine needs, as PEM. Without a certificate of its own
// the client shows none; without a CA the system's count.
type keys struct {
	ca, cert, key []byte
	unverified    bool // take any certificate of the engine
}

// keysIn reads the files that docker names so. As with docker, the client's own
// certificate may be missing, the CA may not if the engine is to be verified
// (docker/cli cli/flags/options.go, SetDefaultOptions).
func keysIn(dir string, verify bool) (keys, error) {
	k := keys{unverified: !verify}
	var err error
	for _, f := range []struct {
		name     string
		into     *[]byte
		optional bool
	}{{"ca.pem", &k.ca, !verify}, {"cert.pem", &k.cert, true}, {"key.pem", &k.key, true}} {
		*f.into, err = os.ReadFile(filepath.Join(dir, f.name)) //nolint:gosec // the user's own folder
		if err != nil && (!f.optional || !errors.Is(err, fs.ErrNotExist)) {
			return k, plainPath(err)
		}
	}
	return k, nil
}

func (k keys) config() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: k.unverified} //nolint:gosec // only if the user says so
	if len(k.ca) > 0 {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(k.ca) {
			return nil, errors.New("ca.pem holds no certificate")
		}
	}
	if len(k.cert) > 0 && len(k.key) > 0 {
		pair, err := tls.X509KeyPair(k.cert, k.key)
		if err != nil {
			return nil, errors.New("cert.pem and key.pem are no pair: " + err.Error())
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}
