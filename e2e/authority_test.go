package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority is a CA and one certificate that it has signed, for 127.0.0.1 and
// for both sides, as files with docker's names.
type authority struct {
	dir  string
	pool *x509.CertPool
	pair tls.Certificate
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	a := authority{dir: t.TempDir(), pool: x509.NewCertPool()}
	from, until := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "stackup test"}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "both"}, NotBefore: from, NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	rootKey, leafKey := newKey(t), newKey(t)
	ca, err := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.CreateCertificate(rand.Reader, leaf, root, &leafKey.PublicKey, rootKey)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalECPrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for name, block := range map[string]pem.Block{"ca": {Type: "CERTIFICATE", Bytes: ca}, "cert": {Type: "CERTIFICATE", Bytes: cert}, "key": {Type: "EC PRIVATE KEY", Bytes: key}} {
		files[name] = pem.EncodeToMemory(&block)
		if err := os.WriteFile(filepath.Join(a.dir, name+".pem"), files[name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a.pool.AppendCertsFromPEM(files["ca"])
	if a.pair, err = tls.X509KeyPair(files["cert"], files["key"]); err != nil {
		t.Fatal(err)
	}
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// serveTLS puts TLS in front of the shared swarm, for clients with a certificate
// of the authority, as dockerd --tlsverify does.
func serveTLS(t *testing.T, a authority) (host string) {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{a.pair}, ClientCAs: a.pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go forward(c, strings.TrimPrefix(swarm.Host, "unix://"))
		}
	}()
	return "tcp://" + l.Addr().String()
}

// forward carries bytes both ways until either side ends.
func forward(c net.Conn, socket string) {
	defer func() { _ = c.Close() }()
	if s, ok := c.(*tls.Conn); ok && s.Handshake() != nil {
		return
	}
	engine, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(engine, c)
		_ = engine.Close()
	}()
	_, _ = io.Copy(c, engine)
}
