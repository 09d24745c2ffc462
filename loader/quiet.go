package loader

import (
	"io"
	"sync"

	"github.com/sirupsen/logrus"
)

// logrusLock keeps two loads from borrowing the logger at the same time.
var logrusLock sync.Mutex //nolint:gochecknoglobals // the logger it guards is global to the process

// quietly calls f and returns the warnings compose-go logged meanwhile.
//
// compose-go has no other way to warn than the process-wide logger of logrus.
// That is borrowed for the call and handed back as it was; nothing reaches its
// output.
func quietly(f func()) []string {
	logrusLock.Lock()
	defer logrusLock.Unlock()

	logger, heard := logrus.StandardLogger(), &listener{}
	out, level := logger.Out, logger.GetLevel()
	hooks := logger.ReplaceHooks(logrus.LevelHooks{})
	defer func() {
		logger.SetOutput(out)
		logger.SetLevel(level)
		logger.ReplaceHooks(hooks)
	}()
	logger.SetOutput(io.Discard)
	logger.SetLevel(logrus.WarnLevel)
	logger.AddHook(heard)

	f()
	return heard.messages
}

// listener is a logrus hook that remembers warnings.
type listener struct{ messages []string }

func (*listener) Levels() []logrus.Level { return []logrus.Level{logrus.WarnLevel} }

func (l *listener) Fire(e *logrus.Entry) error {
	l.messages = append(l.messages, e.Message)
	return nil
}
