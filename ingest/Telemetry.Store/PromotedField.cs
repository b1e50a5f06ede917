using Telemetry.Query;

namespace Telemetry.Store;

/// <summary>A free attribute that becomes a typed field.</summary>
public sealed class PromotedField
{
    /// <summary>Makes it; <see cref="PromotedFields.Problem"/> says whether it may be one.</summary>
    /// <param name="name">The field's full dotted name, "order.total".</param>
    /// <param name="type">The field's type.</param>
    /// <param name="from">Path of the attribute without <see cref="Fields.LabelPrefix"/>; null is the name.</param>
    public PromotedField(string name, FieldType type, string? from = null) =>
        (Field, From) = (new FieldName(name, type), from ?? name);

    /// <summary>Name and type.</summary>
    public FieldName Field { get; }

    /// <summary>Path of the attribute, without <see cref="Fields.LabelPrefix"/>.</summary>
    public string From { get; }
}
