import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import pluralspec.ApiClient;
import pluralspec.PluralKit;
import pluralspec.PluralKitError;
import pluralspec.model.GroupCreate;
import pluralspec.model.Member;
import pluralspec.model.MemberCreate;
import pluralspec.model.MemberPatch;
import pluralspec.model.MemberPrivacyPatch;
import pluralspec.model.PrivacyLevel;
import pluralspec.model.ProxyTagInput;
import pluralspec.model.SwitchCreate;

public class Session {
  private static final Map<String, String> VARIABLES = System.getenv();

  private static Map<String, Object> failure(Callable<?> attempt) throws Exception {
    try {
      attempt.call();
    } catch (PluralKitError error) {
      return Map.of(
          "status", error.status(), "code", error.code(), "message", error.getMessage(), "errors", error.errors());
    }
    return Map.of();
  }

  private static List<String> names(List<Member> members) {
    return members.stream().map(Member::getName).toList();
  }

  public static void main(String[] arguments) throws Exception {
    var pk = new PluralKit(VARIABLES.get("BASE_URL"), VARIABLES.get("TOKEN"), VARIABLES.get("USER_AGENT"));
    var said = new HashMap<String, Object>();

    var made = pk.members.createMember(new MemberCreate()
        .name("Robin")
        .displayName("Robin ⚓ Häfen 🦊")
        .color("7fb069")
        .birthday("0004-02-29")
        .proxyTags(List.of(new ProxyTagInput().prefix("r:")))
        .privacy(new MemberPrivacyPatch().metadataPrivacy(PrivacyLevel.PRIVATE)));
    said.put("created", List.of(
        made.getName(), made.getDisplayName(), made.getColor(), made.getBirthday(), made.getProxyTags(),
        made.getPrivacy().getMetadataPrivacy()));
    said.put("got", pk.members.getMember(made.getId()).getUuid().equals(made.getUuid()));
    var changed = pk.members.updateMember(made.getId(), new MemberPatch().displayName("Robin R."));
    said.put("changed", List.of(changed.getName(), changed.getDisplayName(), changed.getColor()));
    var cleared = pk.members.updateMember(made.getId(), new MemberPatch().color(null));
    said.put("cleared", Arrays.asList(cleared.getName(), cleared.getDisplayName(), cleared.getColor()));
    var other = pk.members.createMember(new MemberCreate().name("Wren"));
    said.put("listed", names(pk.members.getSystemMembers("@me")));

    var group = pk.groups.createGroup(new GroupCreate().name("Forest"));
    pk.groups.addGroupMembers(group.getId(), List.of(made.getId(), other.getUuid().toString()));
    said.put("group", names(pk.groups.getGroupMembers(group.getId())));
    said.put("groups", pk.groups.getSystemGroups("@me", true).stream().map(each -> each.getMembers().size()).toList());

    said.put("nobody", pk.switches.getFronters("@me") == null);
    var created = pk.switches.createSwitch("@me", new SwitchCreate()
        .members(List.of(other.getId(), made.getId()))
        .timestamp(OffsetDateTime.parse("2024-05-01T12:00:00.123456Z")));
    said.put("switched", List.of(created.getTimestamp(), names(created.getMembers())));
    said.put("fronters", names(pk.switches.getFronters("@me").getMembers()));

    Set<Object> ids = new HashSet<>();
    List<OffsetDateTime> timestamps = new ArrayList<>();
    pk.eachSwitch(VARIABLES.get("HISTORY"), null, each -> {
      ids.add(each.getId());
      timestamps.add(each.getTimestamp());
    });
    said.put("history", List.of(timestamps.size(), ids.size(), timestamps.get(0), timestamps.get(timestamps.size() - 1)));
    List<Object> earlier = new ArrayList<>();
    pk.eachSwitch(VARIABLES.get("HISTORY"), timestamps.get(99), earlier::add);
    said.put("earlier", earlier.size());

    var wrong = new MemberCreate().name("x".repeat(101)).color("green");
    said.put("invalid", failure(() -> pk.members.createMember(wrong)));
    said.put("missing", failure(() -> pk.members.getMember("zzzzzz")));
    said.put("forbidden", failure(() -> pk.members.getSystemMembers(VARIABLES.get("CLOSED"))));
    int patient = 0;
    for (int turn = 0; turn < 25; turn++) {
      patient += pk.members.getMember(made.getId()).getId().equals(made.getId()) ? 1 : 0;
    }
    said.put("patient", patient);
    pk.groups.deleteGroup(group.getId());
    ObjectMapper mapper = ApiClient.createDefaultObjectMapper();
    System.out.println(mapper.writeValueAsString(said));
  }
}
