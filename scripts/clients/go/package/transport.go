package pluralspec

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const attempts = 10

// Error is any answer that is no success. Look for it with errors.As.
type Error struct {
	// Status is the HTTP status.
	Status int `json:"-"`
	// Code is which error it is, as listed with each operation; 0 for what the status says by itself.
	Code    int    `json:"code"`
	Message string `json:"message"`
	// Errors has, with code 40001, each key at fault and all that is wrong with it.
	Errors map[string][]FieldError `json:"errors"`
	// RetryAfter is how many milliseconds to wait, with status 429.
	RetryAfter int `json:"retry_after"`
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s (%d, code %d)", e.Message, e.Status, e.Code)
}

// transport waits for as long as the server says when there were too many requests, and makes errors of failures.
type transport struct {
	next http.RoundTripper
}

func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		response, err := t.next.RoundTrip(request)
		if err != nil || response.StatusCode < 300 {
			return response, err
		}
		failure := failureOf(response)
		if failure.Status != http.StatusTooManyRequests || attempt == attempts {
			return nil, failure
		}
		timer := time.NewTimer(wait(response, failure))
		select {
		case <-request.Context().Done():
			timer.Stop()
			return nil, request.Context().Err()
		case <-timer.C:
		}
		if request, err = again(request); err != nil {
			return nil, err
		}
	}
}

func failureOf(response *http.Response) *Error {
	defer response.Body.Close()
	failure := &Error{}
	content, err := io.ReadAll(response.Body)
	if err != nil || json.Unmarshal(content, failure) != nil || failure.Message == "" {
		// Whoever stands between client and server may answer in other ways.
		failure = &Error{Message: response.Status}
	}
	failure.Status = response.StatusCode
	return failure
}

// wait is how long: Retry-After is in seconds, retry_after in the body in milliseconds.
func wait(response *http.Response, failure *Error) time.Duration {
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if failure.RetryAfter > 0 {
		return time.Duration(failure.RetryAfter) * time.Millisecond
	}
	return time.Second
}

// again is the same request with a body that nobody has read yet.
func again(request *http.Request) (*http.Request, error) {
	if request.GetBody == nil {
		return request, nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, err
	}
	fresh := request.Clone(request.Context())
	fresh.Body = body
	return fresh, nil
}
