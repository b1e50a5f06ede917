namespace Telemetry.Store;

/// <summary>A promoted field that a store cannot hold beside what it has.</summary>
internal static class FieldConflict
{
    /// <summary>True when two fields cannot lie in one store: the same name with another type, or one a part of the other.</summary>
    public static bool Excludes(FieldName there, FieldName wanted) =>
        there.Name == wanted.Name ? there.Type != wanted.Type : PromotedFields.Overlaps(there.Name, wanted.Name);

    /// <summary>One sentence that says what to do.</summary>
    public static string Describe(FieldName wanted, FieldName there, string where) =>
        Describe(wanted, there.Name, there.Type.ToString().ToLowerInvariant(), where);

    /// <summary>The same of a type that is not ours.</summary>
    public static string Describe(FieldName wanted, string there, string type, string where) =>
        $"{wanted.Name} is to be a {wanted.Type.ToString().ToLowerInvariant()}, but {where} holds {there} as {type}; "
        + "give the field another name, or its type back";
}
