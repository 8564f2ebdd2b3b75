using System.Collections.Immutable;
using Appliance.Boot.AutoInstall;
using Appliance.Catalog;
using Appliance.Images;

namespace Appliance.Admin.Images;

/// <summary>Answers for unattended installations: kept, and given to images, clients and groups of clients.</summary>
internal sealed class AnswerRoutes(ImageLibrary library, MenuTable records)
{
    /// <summary>Answers in all. 100: they are kept in memory, and each image of a large library could have its own.</summary>
    private const int MaxAnswers = 100;

    private const int MaxIdLength = 64;

    private static readonly ApiField Id = new("id", "string", "Name of the answers: letters, digits, hyphens, underscores and dots", IsRequired: true);
    private static readonly string Kinds = string.Join(", ", AnswerFormat.All.Select(static format => format.Word));

    public IEnumerable<AdminRoute> Routes =>
    [
        new("GET", "/api/autoinstall", Access.Viewer, "All answers for unattended installations, without their content",
            _ => Task.FromResult(List())),
        new("GET", "/api/autoinstall/content", Access.Operator, "Answers as they were written, with their passwords", Read) { Query = [Id] },
        new("PUT", "/api/autoinstall", Access.Operator, "Keeps answers; what is left out stays", PutAsync)
        {
            Query = [Id],
            Body =
            [
                new("kind", "string", Kinds),
                new("content", "string", "The file, with variables (docs/autoinstall.md)"),
                new("description", "string", "For people"),
            ],
            MaxBody = 512 * 1024, // JSON writes a character in up to six
        },
        new("DELETE", "/api/autoinstall", Access.Operator, "Deletes answers; nobody installs by them any more", Delete) { Query = [Id] },
        new("POST", "/api/autoinstall/assign", Access.Operator, "Gives answers to an image, a client or a group of clients, or takes them away", AssignAsync)
        {
            Body =
            [
                Id,
                new("image_filename", "string", "Filename of an image: for every client that has nothing of its own"),
                new("mac_address", "string", "Ethernet address of a client"),
                new("client_group", "string", "Name of a group of clients"),
                new("assigned", "boolean", "false: takes them away; default true"),
            ],
        },
    ];

    private ApiAnswer List(string? message = null) => ApiAnswer.Of(
        [.. records.Current.Answers.Values.OrderBy(static answer => answer.Id, StringComparer.Ordinal).Select(static answer => ViewOf(answer, content: null))],
        AdminJson.Default.AnswerViewArray, message);

    private Task<ApiAnswer> Read(ApiRequest request)
    {
        AnswerRecord answer = Find(request.Require("id"));
        return Task.FromResult(ApiAnswer.Of([ViewOf(answer, answer.Content)], AdminJson.Default.AnswerViewArray));
    }

    private async Task<ApiAnswer> PutAsync(ApiRequest request)
    {
        string id = request.Require("id");
        AnswerOrder order = await request.ReadAsync(AdminJson.Default.AnswerOrder);
        if (id.Length > MaxIdLength || !id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw ApiException.BadRequest($"id takes at most {MaxIdLength} letters, digits, hyphens, underscores and dots");
        }

        AnswerRecord? before = records.Current.Answers.GetValueOrDefault(id);
        if (before is null && records.Current.Answers.Count >= MaxAnswers)
        {
            throw ApiException.Conflict($"there are {MaxAnswers} answers: delete some");
        }

        string kind = order.Kind ?? before?.Kind ?? throw ApiException.BadRequest($"kind is missing; it takes {Kinds}");
        AnswerFormat format = AnswerFormat.Find(kind) ?? throw ApiException.BadRequest($"kind takes {Kinds}");
        string content = order.Content ?? before?.Content ?? "";
        if (AnswerTemplate.FindMistakes(content, format.Language) is { IsEmpty: false } mistakes)
        {
            throw ApiException.BadRequest(string.Join("; ", mistakes));
        }

        records.Put((before ?? new AnswerRecord(id, kind)) with
        {
            Kind = kind,
            Content = content,
            Description = order.Description is null ? before?.Description ?? "" : FieldText.Line("description", order.Description, 1000),
        });
        request.AuditTarget = id;
        return List($"{id} is kept");
    }

    private Task<ApiAnswer> Delete(ApiRequest request)
    {
        AnswerRecord answer = Find(request.Require("id"));
        records.DeleteAnswer(answer.Id);
        request.AuditTarget = answer.Id;
        return Task.FromResult(List($"{answer.Id} is deleted"));
    }

    private async Task<ApiAnswer> AssignAsync(ApiRequest request)
    {
        AssignAnswerOrder order = await request.ReadAsync(AdminJson.Default.AssignAnswerOrder);
        AnswerRecord answer = Find(FieldText.Required("id", order.Id));
        bool isAssigned = order.Assigned ?? true;
        string target = (order.ImageFilename, order.MacAddress, order.ClientGroup) switch
        {
            ({ Length: > 0 } image, null or "", null or "") => RequireImage(image, isAssigned),
            (null or "", { Length: > 0 } mac, null or "") => FieldText.Mac("mac_address", mac),
            (null or "", null or "", { Length: > 0 } group) => RequireGroup(group),
            _ => throw ApiException.BadRequest("one of image_filename, mac_address and client_group is wanted"),
        };
        bool isImage = !string.IsNullOrEmpty(order.ImageFilename);
        bool isClient = !string.IsNullOrEmpty(order.MacAddress);

        // One file of each kind for one target: who gives another one takes the first away.
        records.ChangeAnswers(other =>
            other.Id == answer.Id ? With(other, isAssigned)
            : isAssigned && other.Kind == answer.Kind ? With(other, false)
            : other);
        request.AuditTarget = $"{answer.Id} {(isAssigned ? "to" : "from")} {target}";
        return List($"{target} {(isAssigned ? "installs" : "no longer installs")} by {answer.Id}");

        AnswerRecord With(AnswerRecord other, bool has) =>
            isImage ? other with { Images = Set(other.Images, target, has) }
            : isClient ? other with { Clients = Set(other.Clients, target, has) }
            : other with { Groups = Set(other.Groups, target, has) };
    }

    private static ImmutableArray<string> Set(ImmutableArray<string> list, string item, bool has) =>
        has ? [.. list.Remove(item), item] : list.Remove(item);

    /// <summary>The image's path; one that is gone can still lose its answers.</summary>
    private string RequireImage(string filename, bool mustBeThere) =>
        library.Current.TryFindByFile(filename, out LibraryImage? image) || library.Current.TryFind(filename, out image) ? image.RelativePath
        : !mustBeThere ? filename
        : throw ApiException.NotFound($"there is no image {Options.Printable.Text(filename)}: GET /api/images lists them");

    private string RequireGroup(string name) => records.Current.ClientGroups.GetValueOrDefault(name)?.Name
        ?? throw ApiException.NotFound($"there is no group of clients {Options.Printable.Text(name)}: GET /api/client-groups lists them");

    private AnswerRecord Find(string id) => records.Current.Answers.GetValueOrDefault(id)
        ?? throw ApiException.NotFound($"there are no answers {Options.Printable.Text(id)}: GET /api/autoinstall lists them");

    private static AnswerView ViewOf(AnswerRecord answer, string? content) => new(
        answer.Id, answer.Kind, AnswerFormat.Find(answer.Kind)?.File, answer.Description, answer.Content.Length, content,
        [.. answer.Images], [.. answer.Clients], [.. answer.Groups]);
}
