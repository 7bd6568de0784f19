package pluralspec;

import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** Waits for as long as the server says when there were too many requests, and makes errors of failures. */
final class PatientClient extends HttpClient {
  private static final int ATTEMPTS = 10;

  private final HttpClient next;

  PatientClient(HttpClient next) {
    this.next = next;
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      HttpResponse<T> response = next.send(request, handler);
      if (response.statusCode() < 300) {
        return response;
      }
      String body = text(response.body());
      if (response.statusCode() != 429 || attempt == ATTEMPTS) {
        throw PluralKitError.of(response.statusCode(), body);
      }
      Thread.sleep(milliseconds(response, body));
    }
  }

  /** How long to wait: Retry-After is in seconds, retry_after in the body in milliseconds. */
  private static long milliseconds(HttpResponse<?> response, String body) {
    return response.headers().firstValue("Retry-After")
        .filter(seconds -> seconds.matches("[0-9]{1,9}"))
        .map(seconds -> Long.parseLong(seconds) * 1000)
        .orElseGet(() -> PluralKitError.parsed(body).path("retry_after").asLong(1000));
  }

  private static String text(Object body) throws IOException {
    try (InputStream stream = (InputStream) body) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    return next.sendAsync(request, handler);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, HttpResponse.BodyHandler<T> handler, HttpResponse.PushPromiseHandler<T> pushes) {
    return next.sendAsync(request, handler, pushes);
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return next.cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return next.connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return next.followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return next.proxy();
  }

  @Override
  public SSLContext sslContext() {
    return next.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return next.sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return next.authenticator();
  }

  @Override
  public Version version() {
    return next.version();
  }

  @Override
  public Optional<Executor> executor() {
    return next.executor();
  }
}
