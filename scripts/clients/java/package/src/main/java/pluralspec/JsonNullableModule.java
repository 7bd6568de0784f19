package pluralspec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import java.io.IOException;
import java.util.List;

/** Teaches Jackson what a JsonNullable is. */
public final class JsonNullableModule extends SimpleModule {
  private static final long serialVersionUID = 1;

  public JsonNullableModule() {
    addDeserializer(JsonNullable.class, new Reader(null));
    setSerializerModifier(new Modifier());
  }

  private static final class Modifier extends BeanSerializerModifier {
    private static final long serialVersionUID = 1;

    @Override
    public List<BeanPropertyWriter> changeProperties(
        SerializationConfig config, BeanDescription bean, List<BeanPropertyWriter> writers) {
      writers.replaceAll(each -> each.getType().hasRawClass(JsonNullable.class) ? new Writer(each) : each);
      return writers;
    }
  }

  private static final class Writer extends BeanPropertyWriter {
    private static final long serialVersionUID = 1;

    Writer(BeanPropertyWriter base) {
      super(base);
    }

    @Override
    public void serializeAsField(Object bean, JsonGenerator generator, SerializerProvider provider) throws Exception {
      JsonNullable<?> value = (JsonNullable<?>) get(bean);
      if (value != null && value.isPresent()) {
        generator.writeFieldName(getName());
        provider.defaultSerializeValue(value.get(), generator);
      }
    }
  }

  @SuppressWarnings("rawtypes")
  private static final class Reader extends JsonDeserializer<JsonNullable> implements ContextualDeserializer {
    private final JavaType type;

    Reader(JavaType type) {
      this.type = type;
    }

    @Override
    public JsonDeserializer<?> createContextual(DeserializationContext context, BeanProperty property) {
      return new Reader(context.getContextualType().containedTypeOrUnknown(0));
    }

    @Override
    public JsonNullable deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      return JsonNullable.of(context.readValue(parser, type));
    }

    @Override
    public JsonNullable getNullValue(DeserializationContext context) {
      return JsonNullable.of(null);
    }
  }
}
