// Package pluralspec is a client of the PluralKit v2 API. It is not affiliated with PluralKit.
package pluralspec

import (
	"context"
	"net/http"
	"time"
)

const (
	// Local is your own server, as `pluralspec serve` starts it.
	Local = "http://127.0.0.1:8000/v2"
	// Production is the reference service.
	Production = "https://api.pluralkit.me/v2"

	page = 100
)

// Settings say who is asking, and where. Each may be left out.
type Settings struct {
	// BaseURL is where the API is; your own server unless you say otherwise.
	BaseURL string
	// Token is a system token, or an API key with "Bearer " before it. Without one, you see what is public.
	Token string
	// UserAgent names your application and a way to reach you.
	UserAgent string
}

// New connects to the API. Failures are an *Error; rate limits are waited for.
func New(settings Settings) *APIClient {
	configuration := NewConfiguration()
	configuration.Servers = ServerConfigurations{{URL: or(settings.BaseURL, Local)}}
	configuration.UserAgent = or(settings.UserAgent, "pluralspec-client/0.0.0 (Go)")
	if settings.Token != "" {
		configuration.AddDefaultHeader("Authorization", settings.Token)
	}
	configuration.HTTPClient = &http.Client{Transport: transport{http.DefaultTransport}, Timeout: time.Minute}
	return NewAPIClient(configuration)
}

// EachSwitch calls do with all switches of a system from the newest back, or with those before an instant,
// however many there are, until it fails.
func (client *APIClient) EachSwitch(
	ctx context.Context, systemRef string, before *time.Time, do func(Switch) error,
) error {
	for {
		request := client.SwitchesAPI.GetSystemSwitches(ctx, systemRef).Limit(page)
		if before != nil {
			request = request.Before(*before)
		}
		switches, _, err := request.Execute()
		if err != nil {
			return err
		}
		for _, each := range switches {
			if err := do(each); err != nil {
				return err
			}
		}
		if len(switches) < page {
			return nil
		}
		before = &switches[len(switches)-1].Timestamp
	}
}

func or(given, otherwise string) string {
	if given == "" {
		return otherwise
	}
	return given
}
