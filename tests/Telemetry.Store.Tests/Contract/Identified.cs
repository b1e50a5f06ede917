using Telemetry.Store.Tests.Documents;
using Telemetry.Wire;

namespace Telemetry.Store.Tests.Contract;

/// <summary>Documents with the fields that the indexer gives to each.</summary>
internal static class Identified
{
    public static Document Document(ulong seq, string message, string level = "info") => With(Some.Document(seq, message, level));

    public static Document Document(in RecordId record, long mintedUnixUs)
    {
        var document = new Document();
        document.Reset(record, mintedUnixUs);
        return With(document);
    }

    public static Document With(Document document)
    {
        Default(document, Fields.LifetimeIdField, document.Record.Lifetime.ToString());
        Default(document, Fields.TelemetryStream, document.Record.Stream.ToString());
        Default(document, Fields.TelemetryEpoch, document.Record.Epoch.ToString());
        Default(document, Fields.EventSequence, (long)document.Record.Seq);
        Default(document, Fields.EventCreated, document.MintedUnixUs);
        return document;
    }

    private static void Default(Document document, FieldName field, object value)
    {
        if (document.TryGet(field, out _))
        {
            return;
        }

        if (value is long number)
        {
            document.Set(field, number);
        }
        else
        {
            document.Set(field, (string)value);
        }
    }
}
