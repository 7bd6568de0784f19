package pluralspec;

import java.net.http.HttpClient;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Consumer;
import pluralspec.api.GroupsApi;
import pluralspec.api.MembersApi;
import pluralspec.api.MiscApi;
import pluralspec.api.SwitchesApi;
import pluralspec.api.SystemsApi;
import pluralspec.model.ModelSwitch;

/** The API. Failures are a PluralKitError; rate limits are waited for. */
public final class PluralKit {
  /** Your own server, as `pluralspec serve` starts it. */
  public static final String LOCAL = "http://127.0.0.1:8000/v2";
  /** The reference service. */
  public static final String PRODUCTION = "https://api.pluralkit.me/v2";

  private static final int PAGE = 100;

  public final SystemsApi systems;
  public final MembersApi members;
  public final GroupsApi groups;
  public final SwitchesApi switches;
  public final MiscApi misc;

  /**
   * @param baseUrl where the API is
   * @param token a system token, or an API key with `Bearer ` before it; null to see what is public
   * @param userAgent the name of your application and a way to reach you
   */
  public PluralKit(String baseUrl, String token, String userAgent) {
    ApiClient client = new Connection();
    // Left to itself, it would ask with the first request to go over to HTTP/2, which some servers do not take well.
    client.setHttpClientBuilder(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1));
    client.updateBaseUri(baseUrl);
    client.setReadTimeout(Duration.ofSeconds(30));
    client.setRequestInterceptor(request -> {
      request.header("User-Agent", userAgent);
      if (token != null) {
        request.header("Authorization", token);
      }
    });
    systems = new SystemsApi(client);
    members = new MembersApi(client);
    groups = new GroupsApi(client);
    switches = new SwitchesApi(client);
    misc = new MiscApi(client);
  }

  /** Your own server, as it is after `pluralspec serve`. */
  public PluralKit(String token) {
    this(LOCAL, token, "pluralspec-client/0.0.0 (Java)");
  }

  /**
   * Gives all switches of a system from the newest back, however many there are, to `each`.
   *
   * @param before only those before this instant; null for all
   */
  public void eachSwitch(String systemRef, OffsetDateTime before, Consumer<ModelSwitch> each) throws ApiException {
    List<ModelSwitch> page;
    do {
      page = switches.getSystemSwitches(systemRef, before, PAGE);
      page.forEach(each);
      before = page.isEmpty() ? before : page.get(page.size() - 1).getTimestamp();
    } while (page.size() == PAGE);
  }

  private static final class Connection extends ApiClient {
    @Override
    public HttpClient getHttpClient() {
      return new PatientClient(super.getHttpClient());
    }
  }
}
