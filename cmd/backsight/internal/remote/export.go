package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/backsight/backsight/insights"
)

// errSilent is the cause of the error of Get when the server has sent nothing for the idle timeout.
var errSilent = errors.New("the server sent nothing for too long")

// watchedReader restarts the idle timer at each read. The timer runs only during a read, so that a
// slow writer on our side does not count as a silent server.
type watchedReader struct {
	io.Reader
	idle  time.Duration
	watch *time.Timer
}

func (r watchedReader) Read(b []byte) (int, error) {
	r.watch.Reset(r.idle)
	defer r.watch.Stop()
	return r.Reader.Read(b)
}

// Get copies the body of a plain HTTP answer, for example an export, to w. It returns nil only when
// the whole body has arrived. The whole body has no time limit; the wait for each part of it has
// the idle timeout. For a status other than 200, the error is the first line that the server sent.
func (c *Client) Get(ctx context.Context, path string, w io.Writer) error {
	watched, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(c.idle, func() { cancel(errSilent) })
	defer watch.Stop()
	request, err := http.NewRequestWithContext(watched, http.MethodGet, c.server+path, nil)
	if err != nil {
		return c.notAURL()
	}
	response, err := c.http.Do(request)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer response.Body.Close()
	body := watchedReader{Reader: response.Body, idle: c.idle, watch: watch}
	if response.StatusCode != http.StatusOK {
		const most = 1 << 16 // bytes of an error message
		text, err := io.ReadAll(io.LimitReader(body, most))
		if err != nil {
			return c.cutOff(err)
		}
		code := map[int]insights.Code{
			http.StatusBadRequest: insights.Invalid, http.StatusNotFound: insights.NotFound, http.StatusServiceUnavailable: insights.Unavailable,
		}[response.StatusCode]
		if code == "" {
			code = insights.Internal
		}
		return insights.Errorf(code, "%s", firstLine(text))
	}
	if _, err := io.Copy(w, body); err != nil {
		return c.cutOff(err)
	}
	return nil
}
