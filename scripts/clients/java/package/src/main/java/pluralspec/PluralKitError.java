package pluralspec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Map;
import pluralspec.model.FieldError;

/** Any answer that is no success. */
public final class PluralKitError extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final ObjectMapper MAPPER = ApiClient.createDefaultObjectMapper();

  private final int status;
  private final int code;
  private final transient Map<String, List<FieldError>> errors;

  private PluralKitError(int status, JsonNode said) {
    super(said.path("message").asText("HTTP status " + status));
    this.status = status;
    this.code = said.path("code").asInt();
    this.errors = said.has("errors")
        ? MAPPER.convertValue(said.get("errors"), new TypeReference<Map<String, List<FieldError>>>() {})
        : Map.of();
  }

  static PluralKitError of(int status, String body) {
    return new PluralKitError(status, parsed(body));
  }

  /** Whoever stands between client and server may answer in other ways. */
  static JsonNode parsed(String body) {
    try {
      return MAPPER.readTree(body);
    } catch (JsonProcessingException error) {
      return MissingNode.getInstance();
    }
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Which error it is, as listed with each operation; 0 for what the status says by itself. */
  public int code() {
    return code;
  }

  /** With code 40001: each key at fault, and all that is wrong with it. */
  public Map<String, List<FieldError>> errors() {
    return errors;
  }
}
